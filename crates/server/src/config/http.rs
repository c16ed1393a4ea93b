//! How we are reached.

use std::net::{IpAddr, SocketAddr};

use app::web::{client::TrustedProxies, limit::RateLimits};
use url::Url;

use super::{Env, Faults, Mode};

/// How we are reached.
#[derive(Debug, Clone)]
pub struct Http {
    /// Where we listen. Port 0 is any free one.
    pub listen: SocketAddr,
    /// The public URL that carriers sign; without one it is the address we listen on.
    pub base_url: Option<Url>,
    /// Whose browsers may call us.
    pub frontends: Vec<String>,
    /// Whose forwarding headers are believed.
    pub trusted: TrustedProxies,
    /// The rate limits.
    pub limits: RateLimits,
}

impl Http {
    pub(super) fn read(env: &Env, mode: Mode, faults: &mut Faults) -> Self {
        let bind: IpAddr = env
            .parsed("BIND", "must be an address such as 127.0.0.1 or 0.0.0.0, without a port", faults)
            .unwrap_or(IpAddr::from([127, 0, 0, 1]));
        let port = env.parsed("PORT", "must be a port, 0 to 65535", faults).unwrap_or(3000);
        let trusted = env.parsed("TRUSTED_PROXIES", "must be addresses or networks, separated by commas", faults);
        let enabled = env.flag("RATE_LIMIT_ENABLED", true, faults);
        if !enabled && mode == Mode::Production {
            faults.add("RATE_LIMIT_ENABLED", "can be switched off in development only");
        }
        let base_url = env.root("API_BASE_URL", faults);
        if base_url.is_none() && mode == Mode::Production {
            faults.add("API_BASE_URL", "must be set in production: carriers call it and sign it");
        }
        Self {
            listen: SocketAddr::new(bind, port),
            base_url,
            frontends: frontends(env, faults),
            trusted: trusted.unwrap_or_default(),
            limits: RateLimits { enabled, ..RateLimits::default() },
        }
    }
}

/// Origins as browsers send them, so that they can be compared.
fn frontends(env: &Env, faults: &mut Faults) -> Vec<String> {
    let given = env.get("FRONTEND_URL").unwrap_or_default();
    let origins = given.split(',').map(str::trim).filter(|text| !text.is_empty()).map(|text| {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        bare.then(|| url.origin().ascii_serialization())
    });
    origins.collect::<Option<_>>().unwrap_or_else(|| {
        faults.add("FRONTEND_URL", "must be origins such as https://app.example.com, separated by commas");
        Vec::new()
    })
}
