//! The `dateline` program: parse, run, exit code.

use std::process::ExitCode;

/// Keeps memory compact under many threads, where the system's allocator keeps what each of them once needed; serves `SQLite` as well.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    dateline::cli::run()
}
