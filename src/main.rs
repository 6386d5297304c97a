//! The `shall` program: hands its arguments to [`shall::cli::run`] and returns the exit status.

fn main() -> std::process::ExitCode {
    shall::cli::run(std::env::args_os())
}
