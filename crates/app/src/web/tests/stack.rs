use futures::StreamExt;

use super::*;

#[tokio::test]
async fn unknown_paths_and_methods_are_answered_in_the_envelope() {
    let demo = Demo::new();
    let unknown = demo.get("/nothing?token=hush").await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
    assert!(!unknown.json.to_string().contains("hush"));
    for method in ["PUT", "QUERY", "TRACE", "FROBNICATE"] {
        let reply = demo.send(request(method.parse().unwrap(), "/demo").body(HttpBody::empty()).unwrap()).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"), "{method}");
        let mut allowed: Vec<&str> = reply.header("allow").split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["GET", "HEAD", "POST"], "{method}");
    }
    let path = format!("/demo/num_{}", "0".repeat(32));
    let guarded = demo.send(request(Method::GET, &path).body(HttpBody::empty()).unwrap()).await;
    assert_eq!(guarded.status, StatusCode::METHOD_NOT_ALLOWED, "a method is refused before credentials are asked for");
    assert!(guarded.header("allow").contains("PATCH"), "{}", guarded.header("allow"));
}

#[tokio::test]
async fn a_request_that_is_refused_unread_is_read_all_the_same() {
    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for path in ["/demo/num_00000000000000000000000000000000", "/nothing"] {
        let seen = read.clone();
        let chunks = futures::stream::iter(0..4).map(move |_| {
            seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok::<_, std::io::Error>("x".repeat(1000))
        });
        let body = HttpBody::from_stream(chunks);
        Demo::new().send(request(Method::PUT, path).body(body).unwrap()).await;
        assert_eq!(read.swap(0, std::sync::atomic::Ordering::Relaxed), 4, "{path}");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let reply = Demo::new().send(request(Method::HEAD, "/demo/search").body(HttpBody::empty()).unwrap()).await;
    assert_eq!((reply.status, reply.json), (StatusCode::OK, Value::Null));
}

#[tokio::test]
async fn a_sane_request_id_is_kept() {
    let demo = Demo::new();
    let send = |id: &str| request(Method::GET, "/nothing").header("x-request-id", id).body(HttpBody::empty()).unwrap();
    assert_eq!(demo.send(send("trace-1.2_3")).await.header("x-request-id"), "trace-1.2_3");
    for odd in ["a b", "<script>", &"x".repeat(129), ""] {
        let reply = demo.send(send(odd)).await;
        assert!(reply.header("x-request-id").starts_with("req_"), "{odd}");
        assert_eq!(reply.json["meta"]["requestId"], reply.header("x-request-id"));
    }
}

#[tokio::test]
async fn a_panic_is_a_500_without_its_reason() {
    let reply = Demo::new().get("/demo/panic").await;
    assert_eq!((reply.status, reply.code()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"));
    assert!(!reply.json.to_string().contains("secret"));
    assert!(!reply.header("x-request-id").is_empty());
}

#[tokio::test]
async fn a_request_ends_in_time() {
    let reply = Demo::new().get("/demo/slow").await;
    assert_eq!((reply.status, reply.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
}

#[tokio::test]
async fn browsers_are_told_what_they_may() {
    let demo = Demo::new();
    let origin = |origin: &'static str| request(Method::GET, "/demo/search").header("origin", origin);
    let friend = demo.send(origin("http://localhost:5173").body(HttpBody::empty()).unwrap()).await;
    assert_eq!(friend.header("access-control-allow-origin"), "http://localhost:5173");
    assert!(friend.header("access-control-expose-headers").contains("x-request-id"));
    for (name, value) in
        [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")]
    {
        assert_eq!(friend.header(name), value);
    }
    assert!(friend.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(friend.header("strict-transport-security"), "", "only where the public URL is HTTPS");
    let stranger = demo.send(origin("https://evil.example").body(HttpBody::empty()).unwrap()).await;
    assert_eq!(stranger.header("access-control-allow-origin"), "");
    let preflight = request(Method::OPTIONS, "/demo")
        .header("origin", "http://localhost:5173")
        .header("access-control-request-method", "POST");
    let preflight = demo.send(preflight.body(HttpBody::empty()).unwrap()).await;
    assert_eq!(preflight.status, StatusCode::OK);
    assert!(preflight.header("access-control-allow-methods").contains("POST"));
}

#[tokio::test]
async fn long_answers_are_compressed_when_asked() {
    let path = format!("/demo/search?numberType={}", vec!["local"; 50].join(","));
    let request = request(Method::GET, &path).header("accept-encoding", "gzip");
    let reply = Demo::new().send(request.body(HttpBody::empty()).unwrap()).await;
    assert_eq!(reply.header("content-encoding"), "gzip");
}
