//! `numberline`: sells phone numbers. See `numberline help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::commands::main()
}
