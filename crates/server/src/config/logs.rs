//! What is logged.

use app::web::layers::ACCESS_LOG;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use super::{Env, Faults, Mode};

/// A level, or a filter such as `info,app::orders=debug`. Where none is set, development leaves out the requests that
/// went well, so that they don't bury what the start says.
pub(super) fn filter(env: &Env, mode: Mode, faults: &mut Faults) -> String {
    let Some(filter) = env.get("LOG_LEVEL") else {
        return match mode {
            Mode::Development => format!("info,{ACCESS_LOG}=warn"),
            Mode::Production => "info".into(),
        };
    };
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
