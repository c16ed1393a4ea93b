//! What a search may ask for.

use axum::{extract::FromRequestParts as _, http::Request};

use crate::{offers::SearchQuery, web::Query};

#[tokio::test]
async fn queries_are_read_in_any_case() {
    async fn parts(query: &str) -> axum::http::request::Parts {
        Request::builder().uri(format!("/x?{query}")).body(()).expect("a request").into_parts().0
    }
    let query = "countryCode=us&numberType=toll-free&capabilities=voice,SMS&priceMax=1.50&limit=5";
    let Query(read) = Query::<SearchQuery>::from_request_parts(&mut parts(query).await, &()).await.expect("reads");
    assert_eq!(read.country_code.as_str(), "US");
    assert_eq!(read.capabilities.len(), 2);
    assert_eq!(read.price_max, "1.5".parse().ok());
    for begins in ["countryCode=US&contains=%2B1415***", "countryCode=US&contains=+1415***"] {
        assert!(Query::<SearchQuery>::from_request_parts(&mut parts(begins).await, &()).await.is_ok(), "{begins}");
    }
    for bad in [
        "",
        "countryCode=UK",
        "countryCode=ZZ",
        "countryCode=US&contains=4%2B15",
        "countryCode=INVALID",
        "countryCode=US&limit=101",
        "countryCode=US&distance=0",
        "countryCode=US&x=1",
        "countryCode=US&contains=a%27b",
        "countryCode=US&areaCode=4x5",
    ] {
        assert!(Query::<SearchQuery>::from_request_parts(&mut parts(bad).await, &()).await.is_err(), "{bad}");
    }
}
