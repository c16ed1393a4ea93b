//! What a setting may be, and what is said of one that may not.

use super::{Config, Env};

/// Of the form that Twilio gives.
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// What is wrong with these settings, beside a data folder of their own.
fn faults(settings: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().to_str().expect("a path in UTF-8");
    let read = Config::read(&Env::of([("DATA_DIR", folder)].iter().chain(settings).copied()));
    read.err().map(|faults| faults.to_string()).unwrap_or_default()
}

#[test]
fn what_is_good_is_taken() {
    let sid = "AC0123456789abcdefABCDEF0123456789";
    for settings in [
        [("LOG_LEVEL", "WARN"), ("FRONTEND_URL", "")],
        [("LOG_LEVEL", "info,app::orders=debug"), ("FRONTEND_URL", "https://app.example.com/")],
        [("LOG_LEVEL", "off"), ("FRONTEND_URL", "http://localhost:5173, https://app.example.com:8443")],
        [("TWILIO_ACCOUNT_SID", sid), ("TWILIO_AUTH_TOKEN", TOKEN)],
    ] {
        assert_eq!(faults(&settings), "", "{settings:?}");
    }
}

#[test]
fn what_is_not_is_named_with_what_to_do() {
    for (name, value, told) in [
        ("LOG_LEVEL", "zzz", "must be error, warn, info"),
        ("LOG_LEVEL", "info,zzz", "must be error, warn, info"),
        ("LOG_LEVEL", "app=loud", "must be error, warn, info"),
        ("FRONTEND_URL", "zzz", "must be origins"),
        ("FRONTEND_URL", "https://app.example.com/path", "must be origins"),
        ("FRONTEND_URL", "https://good.example.com,*", "must be origins"),
        ("TWILIO_ACCOUNT_SID", "zzz", "AC and 32 hexadecimal digits"),
        ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdeg", "AC and 32 hexadecimal digits"),
        ("TWILIO_ACCOUNT_SID", "SK0123456789abcdef0123456789abcdef", "AC and 32 hexadecimal digits"),
        ("TWILIO_WEBHOOK_SECRET", "two words", "must be one word"),
        ("STRIPE_SECRET_KEY", "pk_test_0123456789", "must start with sk_ or rk_"),
        ("STRIPE_SECRET_KEY", "sk_", "must start with sk_ or rk_"),
        ("STRIPE_SECRET_KEY", "sk_test_", "must start with sk_ or rk_"),
        ("SMSMAN_API_KEY", "\"abc\"", "without quotation marks"),
        ("JWT_SECRET", "short", "32 characters"),
        ("ENCRYPTION_KEY", "short", "32 characters"),
        ("STRIPE_WEBHOOK_SECRET", "we_0123456789", "must start with whsec_"),
        ("SMSMAN_API_KEY", "two words", "must be one word"),
        ("TEXTVERIFIED_USERNAME", "ada", "e-mail address"),
        ("TEXTVERIFIED_WEBHOOK_SECRET", "secret", "must start with whsec_"),
    ] {
        let said = faults(&[(name, value), ("TWILIO_AUTH_TOKEN", if name.starts_with("TWILIO") { TOKEN } else { "" })]);
        assert!(said.contains(&format!("{name} ")) && said.contains(told), "{name}={value}: {said}");
    }
}

#[test]
fn a_carriers_token_has_its_form_where_the_carrier_itself_is_meant() {
    let sid = ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef");
    let token = ("TWILIO_AUTH_TOKEN", "secret");
    let said = faults(&[sid, token]);
    assert!(said.contains("TWILIO_AUTH_TOKEN must be 32 hexadecimal digits"), "{said}");
    assert!(!said.contains("secret"), "what is secret is not told: {said}");
    assert_eq!(faults(&[sid, token, ("TWILIO_API_URL", "http://127.0.0.1:4010")]), "");
}

#[test]
fn each_product_of_the_carrier_has_its_root() {
    let roots = |more: &[(&'static str, &'static str)]| {
        let folder = tempfile::tempdir().expect("a folder");
        let own = [
            ("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef"),
            ("TWILIO_AUTH_TOKEN", TOKEN),
            ("DATA_DIR", folder.path().to_str().expect("a path in UTF-8")),
        ];
        let config =
            Config::read(&Env::of(own.into_iter().chain(more.iter().copied()))).expect("the settings are right");
        let urls = config.carrier.and_then(|carrier| carrier.urls).expect("the carrier itself");
        [urls.api, urls.pricing, urls.numbers].map(|url| url.to_string())
    };
    let twilio = ["api", "pricing", "numbers"].map(|product| format!("https://{product}.twilio.com/"));
    assert_eq!(roots(&[]), twilio);
    let numbers = ("TWILIO_NUMBERS_URL", "http://127.0.0.1:3");
    let [api, pricing, _] = twilio;
    assert_eq!(roots(&[numbers]), [api, pricing, "http://127.0.0.1:3/".into()]);
    let elsewhere = ("TWILIO_API_URL", "http://127.0.0.1:1");
    assert_eq!(roots(&[elsewhere]), ["http://127.0.0.1:1/"; 3]);
    let both = ["http://127.0.0.1:1/", "http://127.0.0.1:1/", "http://127.0.0.1:3/"];
    assert_eq!(roots(&[elsewhere, numbers]), both);
}

#[test]
fn processes_that_start_together_agree_on_their_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a path in UTF-8");
    let read = || {
        let config = Config::read(&Env::of([("DATA_DIR", path)])).expect("the settings are right");
        config.secrets.jwt_bytes().to_vec()
    };
    let mut secrets = std::thread::scope(|scope| {
        let all: Vec<_> = (0..16).map(|_| scope.spawn(read)).collect();
        all.into_iter().map(|one| one.join().expect("no panic")).collect::<Vec<_>>()
    });
    secrets.push(read());
    secrets.dedup();
    assert_eq!(secrets.len(), 1);
    let left: Vec<_> =
        std::fs::read_dir(path).expect("a folder").map(|file| file.expect("a file").file_name()).collect();
    assert_eq!(left, ["secrets.json"], "no draft is left over");
}
