//! What is logged.

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use super::{Env, Faults};

/// A level, or a filter such as `info,app::orders=debug`.
pub(super) fn filter(env: &Env, faults: &mut Faults) -> String {
    let filter = env.get("LOG_LEVEL").unwrap_or("info");
    // A bare word that is no level is a module to the filter's own parser, and silences every other.
    let levels = filter.split(',').map(str::trim).filter(|part| !part.contains(['=', '[']));
    if EnvFilter::try_new(filter).is_err() || levels.into_iter().any(|level| level.parse::<LevelFilter>().is_err()) {
        faults.add(
            "LOG_LEVEL",
            "must be error, warn, info, debug, trace or off, or a filter such as info,app::orders=debug",
        );
    }
    filter.to_owned()
}
