//! How a run ends: written files, closed pipes, full disks, interrupts.

use std::fs;
use std::io::Read;

use super::{Desk, names_in, spawn};

#[test]
fn the_output_is_the_report_and_the_summary_is_printed() {
    let desk = Desk::new();
    let run = desk.check("--format json --output report.json");
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert_eq!(run.stdout.lines().count(), 3, "{}", run.stdout);
    assert_eq!(fs::read_to_string(desk.path("report.json")).unwrap(), desk.check("--format json").stdout);
    assert_eq!(names_in(desk.folder.path()), ["export", "ours", "report.json"]);
}

#[test]
fn a_run_that_fails_leaves_the_last_report_in_place() {
    let desk = Desk::new();
    fs::write(desk.path("report.json"), "the last good report").unwrap();
    for (name, content) in [("export/change.json", "[{"), ("ours/desk.shall", "rule broken\n")] {
        desk.write(name, content);
        assert_eq!(desk.check("--format json --output report.json").status, 2);
        assert_eq!(fs::read_to_string(desk.path("report.json")).unwrap(), "the last good report");
    }
    assert_eq!(names_in(desk.folder.path()), ["export", "ours", "report.json"]);
}

#[test]
fn an_output_that_cannot_be_written() {
    let desk = Desk::new();
    for (output, expected) in [("nowhere/report.json", "No such file or directory"), ("export", "it is a folder")] {
        let run = desk.check(&format!("--output {output}"));
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains(&format!("{output} cannot be written")) && run.stderr.contains(expected));
    }
}

#[cfg(unix)]
#[test]
fn an_output_keeps_its_permissions_and_its_link() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    fs::write(desk.path("real.json"), "").unwrap();
    fs::set_permissions(desk.path("real.json"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.json", desk.path("report.json")).unwrap();
    assert_eq!(desk.check("--format json --output report.json").status, 1);
    assert!(fs::symlink_metadata(desk.path("report.json")).unwrap().is_symlink());
    let real = fs::metadata(desk.path("real.json")).unwrap();
    assert_eq!(real.permissions().mode() & 0o777, 0o640);
    assert!(real.len() > 1000);
}

#[test]
fn a_closed_pipe_is_quiet_and_keeps_the_status() {
    let desk = Desk::new();
    for (policies, status) in [("", 1), ("--select nothing", 2)] {
        let mut child = spawn(desk.command(&format!("check export --no-pack --policies ours {policies}")));
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(status), "{errors}");
        assert!(!errors.contains("pipe") && !errors.contains("panic"), "{errors}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let desk = Desk::new();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in ["check export --no-pack --policies ours", "rules --no-pack --policies ours", "explain no-data"] {
        let output = desk.command(arguments).stdout(full()).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(errors.contains("standard output cannot be written: No space left on device"), "{errors}");
    }
    let run = desk.check("--output /dev/full");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("/dev/full cannot be written: No space left on device"), "{}", run.stderr);
}

/// The export is a pipe that nobody writes to, so the run stands still while it reads until it is interrupted.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_the_run_with_130() {
    let desk = Desk::new();
    let made = std::process::Command::new("mkfifo").arg(desk.path("pipe.json")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is there");
    desk.add_policies(
        "source piped \"A pipe\" {\n  change from \"pipe.json\"\n    number = number\n    started_at = started_at\n}\n",
    );
    fs::write(desk.path("report.json"), "the last good report").unwrap();
    let child =
        spawn(desk.command("check pipe.json --no-pack --policies ours --select change-approved --output report.json"));
    // Long enough to have reached the pipe; if it has not, it is interrupted a little earlier.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill is there");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_to_string(desk.path("report.json")).unwrap(), "the last good report");
    assert!(!names_in(desk.folder.path()).iter().any(|name| name.contains(".tmp")));
}
