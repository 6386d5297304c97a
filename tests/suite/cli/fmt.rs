//! `shall fmt`: files, folders, streams, and what keeps a file from being formatted.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use super::{Desk, Run, assert_run, names_in};

const UGLY: &str = "bind  a=1 from \"x\"   # why\nrule b \"B\" cites s 1\n  shall a\n";
const TIDY: &str = "bind a = 1 from \"x\" # why\n\nrule b\n  \"B\"\n  cites s 1\n  shall a\n";
const BROKEN: &str = "bind  a = from \"x\"\n";

impl Desk {
    /// A folder with a file of each kind.
    fn mixed() -> Desk {
        let desk = Desk::empty();
        desk.write("ours/b-ugly.shall", UGLY);
        desk.write("ours/a/tidy.shall", TIDY);
        desk.write("ours/a/ugly.shall", UGLY);
        desk.write("ours/notes.txt", UGLY);
        desk
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file can be read")
    }

    fn piped(&self, arguments: &str, input: impl AsRef<[u8]>) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stream = child.stdin.take().expect("its input is a pipe");
        // It may end before it has read all.
        let _ = stream.write_all(input.as_ref());
        drop(stream);
        Run::of(child.wait_with_output().expect("the program ends"))
    }
}

#[test]
fn files_are_formatted_in_place() {
    let desk = Desk::mixed();
    assert_run!("fmt", desk.run("fmt ours"));
    for name in ["ours/b-ugly.shall", "ours/a/tidy.shall", "ours/a/ugly.shall"] {
        assert_eq!(desk.text(name), TIDY, "{name}");
    }
    assert_eq!(desk.text("ours/notes.txt"), UGLY);
    assert_eq!(names_in(&desk.path("ours")), ["a", "b-ugly.shall", "notes.txt"]);
    let again = desk.run("fmt ours");
    assert_eq!((again.status, again.stderr.as_str()), (0, "3 files as they should be\n"));
    // A file that is named needs no ending, and is formatted once.
    let named = desk.run("fmt ours/notes.txt ./ours/notes.txt ours/b-ugly.shall");
    assert_eq!(named.stderr, "formatted ours/notes.txt\n1 file formatted, 1 file as it should be\n");
}

#[test]
fn a_check_writes_nothing_and_shows_what_would_change() {
    let desk = Desk::mixed();
    desk.write("ours/c-windows.shall", TIDY.replace('\n', "\r\n"));
    desk.write("ours/d-unfinished.shall", TIDY.trim_end());
    assert_run!("fmt-check", desk.run("fmt --check ours"));
    assert_eq!(desk.text("ours/b-ugly.shall"), UGLY);
    let colored = desk.run("fmt --check --color always ours/b-ugly.shall");
    assert!(colored.stdout.contains("\u{1b}[31m-bind  a=1"), "{}", colored.shown());
    desk.run("fmt ours");
    let after = desk.run("fmt --check ours");
    assert_eq!((after.status, after.stdout.as_str()), (0, ""), "{}", after.shown());
    let long = "bind  a = 1 from \"x\"\n".repeat(10_001);
    desk.write("long.shall", &long);
    let run = desk.run("fmt --check long.shall");
    assert!(run.stdout.contains("too many to show"), "{}", run.shown());
}

#[test]
fn a_broken_file_keeps_no_other_from_being_formatted() {
    let desk = Desk::mixed();
    desk.write("ours/a/broken.shall", BROKEN);
    desk.write("ours/a/latin.shall", b"zone \"\xe9\"");
    assert_run!("fmt-broken", desk.run("fmt ours"));
    assert_eq!((desk.text("ours/a/broken.shall").as_str(), desk.text("ours/b-ugly.shall").as_str()), (BROKEN, TIDY));
    let check = desk.run("fmt --check ours");
    assert_eq!((check.status, check.stdout.as_str()), (2, ""), "{}", check.shown());
    let missing = desk.run("fmt nowhere ours/b-ugly.shall");
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("nowhere does not exist"), "{}", missing.stderr);
    assert!(missing.stderr.ends_with("1 file as it should be, 1 file left as it is\n"), "{}", missing.stderr);
}

#[test]
fn what_is_excluded_is_left_as_it_is() {
    let desk = Desk::mixed();
    desk.write("ours/a/broken.shall", BROKEN);
    let run = desk.run("fmt ours --exclude ours/a --exclude notes*");
    assert_eq!((run.status, run.stderr.as_str()), (0, "formatted ours/b-ugly.shall\n1 file formatted\n"));
    assert_eq!(desk.text("ours/a/ugly.shall"), UGLY);
    let run = desk.run("fmt ours --exclude ours");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("ours holds no `.shall` file but what `--exclude` leaves out"), "{}", run.stderr);
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let desk = Desk::empty();
    for arguments in ["fmt", "fmt -"] {
        let run = desk.piped(arguments, UGLY);
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, TIDY, ""), "{arguments}");
    }
    let run = desk.piped("fmt", format!("\u{FEFF}{}", TIDY.trim_end().replace('\n', "\r\n")));
    assert_eq!((run.status, run.stdout.as_str()), (0, TIDY));
    assert_run!("fmt-check-input", desk.piped("fmt --check", UGLY));
    let run = desk.piped("fmt --check -", TIDY);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    assert_run!("fmt-broken-input", desk.piped("fmt", BROKEN));
    let run = desk.piped("fmt -", b"zone \"\xe9\"");
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("standard input cannot be read: byte 7 is not UTF-8 text"), "{}", run.stderr);
    // A build that forgets to name its policies does not pass.
    let run = desk.piped("fmt --check", "");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("there is nothing to format"), "{}", run.stderr);
    assert_eq!(desk.piped("fmt --check -", "").status, 0);
    let run = desk.piped("fmt - ours", TIDY);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("`-` stands for standard input"), "{}", run.stderr);
    let run = desk.piped("fmt", vec![b' '; 9 << 20]);
    assert!(run.status == 2 && run.stderr.contains("larger than 4 MiB"), "{}", run.shown());
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let desk = Desk::mixed();
    desk.write("theirs/ugly.shall", UGLY);
    let mode = |name: &str| fs::metadata(desk.path(name)).expect("it is there").permissions().mode() & 0o777;
    let set = |name: &str, mode| fs::set_permissions(desk.path(name), fs::Permissions::from_mode(mode)).expect("ours");
    set("ours/b-ugly.shall", 0o640);
    set("ours/a/ugly.shall", 0o440);
    symlink(desk.path("theirs"), desk.path("ours/theirs")).expect("a link");
    symlink(desk.path("theirs/ugly.shall"), desk.path("ours/theirs.shall")).expect("a link");
    symlink("a/ugly.shall", desk.path("ours/same.shall")).expect("a link");
    symlink("nowhere", desk.path("ours/nowhere.shall")).expect("a link");
    symlink("../ours", desk.path("ours/a/up")).expect("a link");
    let run = desk.run("fmt ours");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("ours/a/ugly.shall cannot be written: it is protected"), "{}", run.stderr);
    assert!(run.stderr.ends_with("1 file formatted, 1 file as it should be, 1 file left as it is\n"), "{}", run.stderr);
    // What a link in a folder leads to elsewhere belongs to somebody else.
    assert_eq!(desk.text("theirs/ugly.shall"), UGLY);
    assert_eq!((mode("ours/b-ugly.shall"), mode("ours/a/ugly.shall")), (0o640, 0o440));
    // A link that is named is followed, and stays one.
    assert_eq!(desk.run("fmt ours/theirs.shall").status, 0);
    assert_eq!(desk.text("theirs/ugly.shall"), TIDY);
    assert!(desk.path("ours/theirs.shall").is_symlink());
}
