use super::*;

#[tokio::test]
async fn no_credentials_wrong_ones_and_too_few() {
    let demo = Demo::new();
    let none = demo.get("/demo/me").await;
    assert_eq!((none.status, none.code()), (StatusCode::UNAUTHORIZED, "AUTHENTICATION_ERROR"));
    assert_eq!(none.header("www-authenticate"), "Bearer");
    let forged = demo.get_as("forged", "/demo/me").await;
    assert_eq!(forged.status, StatusCode::UNAUTHORIZED);
    assert_eq!(forged.header("www-authenticate"), r#"Bearer error="invalid_token""#);
    assert_eq!(demo.get_as("suspended", "/demo/me").await.status, StatusCode::FORBIDDEN);
    let broken = demo.get_as("broken", "/demo/me").await;
    assert_eq!((broken.status, broken.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
    assert!(!broken.json.to_string().contains("database"));
    assert_eq!(demo.get_as("reader", "/demo/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn permissions_and_roles_say_what_they_ask_for() {
    let demo = Demo::new();
    let path = format!("/demo/num_{}", "0".repeat(32));
    let request = request(Method::DELETE, &path).header("authorization", "bearer reader");
    let refused = demo.send(request.body(HttpBody::empty()).unwrap()).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "AUTHORIZATION_ERROR"));
    assert_eq!(refused.json["error"]["details"], serde_json::json!({"requiredPermissions": ["demo:write"]}));
    let refused = demo.get_as("owner", "/demo/operators").await;
    assert_eq!(refused.json["error"]["details"], serde_json::json!({"requiredRole": "ADMIN"}));
    assert_eq!(demo.get_as("admin", "/demo/operators").await.status, StatusCode::OK);
    let narrow_key = demo.get_as("admin-key", "/demo/operators").await;
    assert_eq!(narrow_key.json["error"]["details"], serde_json::json!({"requiredPermissions": ["operators:act"]}));
}

#[tokio::test]
async fn the_sandbox_is_seen_from_this_machine_only() {
    let demo = Demo::new();
    let from = |peer: &str, host: &str| {
        let peer: SocketAddr = peer.parse().unwrap();
        let request = Request::builder().uri("/api/v1/demo/sandbox").extension(ConnectInfo(peer));
        request.header("host", host).body(HttpBody::empty()).unwrap()
    };
    assert_eq!(demo.send(from("127.0.0.1:9", "localhost:3000")).await.status, StatusCode::OK);
    assert_eq!(demo.send(from("127.0.0.1:9", "rebound.example")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(demo.send(from("203.0.113.9:9", "localhost:3000")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_limit_is_announced_and_then_kept() {
    let demo = Demo::new();
    let first = demo.get("/demo/search").await;
    assert_eq!(first.header("ratelimit-policy"), r#""search";q=100;w=60"#);
    assert_eq!(first.header("ratelimit"), r#""search";r=99;t=60"#);
    for _ in 0..99 {
        assert_eq!(demo.get("/demo/search").await.status, StatusCode::OK);
    }
    let refused = demo.get("/demo/search").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_EXCEEDED"));
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("60", r#""search";r=0;t=60"#));
    let details = serde_json::json!({"limit": 100, "remaining": 0, "resetTime": "2026-01-01T00:01:00.000Z"});
    assert_eq!(refused.json["error"]["details"], details);
    let elsewhere = Request::builder()
        .uri("/api/v1/demo/search")
        .extension(ConnectInfo::<SocketAddr>("198.51.100.1:1".parse().unwrap()));
    assert_eq!(demo.send(elsewhere.body(HttpBody::empty()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_failed_logins_count_and_guessing_tokens_counts_too() {
    let demo = Demo::new();
    let login = |right: bool| {
        let request = request(Method::POST, "/demo/login");
        let request = if right { request.header("x-right", "1") } else { request };
        request.body(HttpBody::empty()).unwrap()
    };
    for _ in 0..20 {
        assert_eq!(demo.send(login(true)).await.status, StatusCode::OK);
    }
    for _ in 0..5 {
        assert_eq!(demo.send(login(false)).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(demo.send(login(true)).await.status, StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..1000 {
        demo.get_as("guess", "/demo/me").await;
    }
    assert_eq!(demo.get_as("guess", "/demo/me").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(demo.get_as("reader", "/demo/me").await.status, StatusCode::OK, "a known caller is counted apart");
}

#[tokio::test]
async fn the_client_behind_a_trusted_proxy_is_known() {
    let demo = Demo::new();
    let request = Request::builder()
        .uri("/api/v1/demo/me")
        .extension(ConnectInfo::<SocketAddr>("10.0.0.2:1".parse().unwrap()))
        .header("x-forwarded-for", "198.51.100.7")
        .header("authorization", "Bearer owner");
    let reply = demo.send(request.body(HttpBody::empty()).unwrap()).await;
    assert_eq!(reply.json["data"]["text"], "(User, 198.51.100.7)");
}
