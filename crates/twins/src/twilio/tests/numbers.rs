use serde_json::json;

use super::*;

fn path(number: &Value) -> String {
    format!("/IncomingPhoneNumbers/{}.json", number["sid"].as_str().expect("a sid"))
}

#[tokio::test]
async fn buy_use_and_release() {
    let bench = Bench::new().await;
    let form = [("PhoneNumber", NUMBER), ("VoiceUrl", "http://127.0.0.1:9/voice"), ("VoiceMethod", "get")];
    let (status, bought) = bench.buy(&form).await;
    assert_eq!((status, &bought["phone_number"], &bought["status"]), (201, &NUMBER.into(), &"in-use".into()));
    assert_eq!((&bought["voice_method"], &bought["friendly_name"]), (&"GET".into(), &"(415) 555-1234".into()));
    assert_eq!((&bought["type"], &bought["capabilities"]["voice"]), (&"local".into(), &true.into()));
    assert!(bought["date_created"].as_str().is_some_and(|date| date.ends_with(" +0000")));

    let (status, again) = bench.buy(&[("PhoneNumber", NUMBER), ("VoiceUrl", "http://127.0.0.1:9/other")]).await;
    assert_eq!((status, &again), (201, &bought), "a repeat changes nothing");

    let form = [("VoiceUrl", ""), ("FriendlyName", "front desk"), ("StatusCallback", "http://127.0.0.1:9/status")];
    let (status, updated) = bench.ask(Method::POST, &path(&bought), &form).await;
    assert_eq!((status, &updated["voice_url"], &updated["friendly_name"]), (200, &"".into(), &"front desk".into()));
    assert_eq!(bench.get(&path(&bought)).await.1, updated);

    let query = "/AvailablePhoneNumbers/US/Local.json?Contains=4155551234";
    assert_eq!(bench.get(query).await.1["available_phone_numbers"], json!([]));
    assert_eq!(bench.ask(Method::DELETE, &path(&bought), &[]).await, (204, Value::Null));
    assert_eq!(code(&bench.ask(Method::DELETE, &path(&bought), &[]).await), (404, 20404));
    assert_eq!(code(&bench.get(&path(&bought)).await), (404, 20404));
    assert_eq!(numbers(&bench.get(query).await.1["available_phone_numbers"]), [NUMBER]);
}

#[tokio::test]
async fn what_cannot_be_bought() {
    let bench = Bench::new().await;
    for (form, wanted) in [
        (vec![("PhoneNumber", "+15005550000")], 21422),
        (vec![("PhoneNumber", "+15005550001")], 21421),
        (vec![("PhoneNumber", "4155551234")], 21421),
        (vec![("PhoneNumber", "+14150000000")], 21421),
        (vec![("PhoneNumber", "+12684601234")], 21422),
        (vec![("PhoneNumber", "")], 21421),
        (vec![], 21421),
        (vec![("AreaCode", "533")], 21452),
        (vec![("AreaCode", "41")], 21451),
        (vec![("PhoneNumber", "+4915123456789")], 21631),
        (vec![("PhoneNumber", "+493012345678"), ("AddressSid", "AD00000000000000000000000000000001")], 21649),
        (vec![("PhoneNumber", NUMBER), ("VoiceUrl", "nowhere")], 21402),
        (vec![("PhoneNumber", NUMBER), ("VoiceMethod", "PUT")], 21403),
        (vec![("PhoneNumber", NUMBER), ("StatusCallback", "ftp://127.0.0.1/")], 21502),
        (vec![("PhoneNumber", NUMBER), ("VoiceFallbackUrl", "http://127.0.0.1/")], 21405),
        (vec![("PhoneNumber", NUMBER), ("SmsFallbackUrl", "http://127.0.0.1/")], 21406),
    ] {
        assert_eq!(code(&bench.buy(&form).await), (400, wanted), "{form:?}");
    }
    let sub = async |kind: &str, form: &[(&str, &str)]| {
        code(&bench.ask(Method::POST, &format!("/IncomingPhoneNumbers/{kind}.json"), form).await)
    };
    assert_eq!(sub("TollFree", &[("PhoneNumber", NUMBER)]).await, (400, 21458));
    assert_eq!(sub("Local", &[("AreaCode", "415")]).await, (400, 21457));
    assert_eq!(bench.state().await["incomingPhoneNumbers"], json!([]));
}

#[tokio::test]
async fn magic_area_and_regulated_numbers_can() {
    let bench = Bench::new().await;
    let (status, magic) = bench.buy(&[("PhoneNumber", "+15005550006")]).await;
    assert_eq!((status, &magic["friendly_name"]), (201, &"(500) 555-0006".into()));
    let (status, any) = bench.buy(&[("AreaCode", "310")]).await;
    assert!(status == 201 && any["phone_number"].as_str().is_some_and(|number| number.starts_with("+1310")));
    let (address, bundle) = ("AD00000000000000000000000000000001", "BU00000000000000000000000000000001");
    let form = [("PhoneNumber", "+493012345678"), ("AddressSid", address), ("BundleSid", bundle)];
    assert_eq!(bench.buy(&form).await.0, 201);
    let free = [("PhoneNumber", "+18005551234")];
    let (status, free) = bench.ask(Method::POST, "/IncomingPhoneNumbers/TollFree.json", &free).await;
    assert_eq!((status, &free["type"]), (201, &"toll-free".into()));
}

/// What a purchase asks for is what the regulations say, for every type of every country.
#[tokio::test]
async fn regulations_and_purchases_agree() {
    let bench = Bench::new().await;
    let product = async |path: &str| {
        let url = format!("{}{path}", bench.running.url);
        bench.send(bench.client.get(url).basic_auth(ACCOUNT, Some(TOKEN))).await
    };
    let root = "/v2/RegulatoryCompliance/Regulations";
    let address = ("AddressSid", "AD00000000000000000000000000000001");
    let (mut regulated, mut free) = (0, 0);
    for (country, kind) in [
        ("DE", "Local"),
        ("DE", "Mobile"),
        ("DE", "TollFree"),
        ("FR", "National"),
        ("BR", "Local"),
        ("HK", "Mobile"),
        ("US", "Local"),
        ("US", "TollFree"),
        ("AT", "Local"),
        ("GB", "Mobile"),
        ("CA", "Local"),
        ("EE", "Mobile"),
    ] {
        let offers = bench.get(&format!("/AvailablePhoneNumbers/{country}/{kind}.json?PageSize=1")).await.1;
        let number = numbers(&offers["available_phone_numbers"]).remove(0);
        let bought = bench.buy(&[("PhoneNumber", number.as_str()), address]).await;
        let word = if kind == "TollFree" { "toll-free".to_owned() } else { kind.to_lowercase() };
        let (_, list) = product(&format!("{root}?IsoCountry={country}&NumberType={word}")).await;
        let owners: Vec<_> =
            list["results"].as_array().expect("a list").iter().map(|rule| &rule["end_user_type"]).collect();
        if code(&bought) == (400, 21649) {
            assert_eq!(owners, ["individual", "business"], "{country} {kind}");
            regulated += 1;
        } else {
            assert_eq!((bought.0, owners.len()), (201, 0), "{country} {kind}");
            free += 1;
        }
    }
    assert_eq!((regulated, free), (6, 6));

    let business = format!("{root}?IsoCountry=de&NumberType=local&EndUserType=business&IncludeConstraints=true");
    let (_, list) = product(&business).await;
    assert_eq!((&list["meta"]["key"], list["results"].as_array().map(Vec::len)), (&"results".into(), Some(1)));
    let rule = &list["results"][0];
    assert_eq!(rule["friendly_name"], "Germany: Local - Business");
    assert_eq!(rule["requirements"]["supporting_document"][0][0]["name"], "Business Name");
    let own = rule["url"].as_str().and_then(|url| url.strip_prefix(&bench.running.url)).expect("absolute");
    assert_eq!(product(own).await, (200, rule.clone()));
    assert_eq!(code(&product(&format!("{root}/RN0")).await), (404, 20404));
    assert_eq!(code(&product(&format!("{root}?EndUserType=robot")).await), (400, 20422));
}

#[tokio::test]
async fn lists_filter_and_page() {
    let bench = Bench::new().await;
    for last in 0..7 {
        let number = format!("+1415555123{last}");
        assert_eq!(bench.buy(&[("PhoneNumber", &number), ("FriendlyName", &format!("n{}", last % 2))]).await.0, 201);
    }
    assert_eq!(bench.buy(&[("PhoneNumber", "+18005551234")]).await.0, 201);
    let list = async |query: &str| bench.get(&format!("/IncomingPhoneNumbers{query}")).await.1;
    let count = |body: &Value| body["incoming_phone_numbers"].as_array().expect("a list").len();
    assert_eq!(count(&list(".json").await), 8);
    assert_eq!(count(&list(".json?PhoneNumber=%2B14155551234").await), 1);
    assert_eq!(count(&list(".json?PhoneNumber=%2B1415555123").await), 0);
    assert_eq!(count(&list(".json?PhoneNumber=415555123*").await), 7);
    assert_eq!(count(&list(".json?FriendlyName=n1").await), 3);
    assert_eq!(count(&list(".json?Origin=hosted").await), 0);
    assert_eq!(count(&list("/TollFree.json").await), 1);
    assert_eq!(count(&list("/Mobile.json").await), 0);
    assert_eq!(list(".json?PageSize=1001").await["code"], 20007);

    let root = format!("/2010-04-01/Accounts/{ACCOUNT}");
    let (mut seen, mut path) = (Vec::new(), "/IncomingPhoneNumbers.json?PageSize=3".to_owned());
    let last = loop {
        let (status, page) = bench.get(&path).await;
        assert_eq!((status, page["page_size"].as_u64()), (200, Some(3)));
        seen.extend(numbers(&page["incoming_phone_numbers"]));
        match page["next_page_uri"].as_str() {
            Some(next) => path = next.strip_prefix(&root).expect("under the account").to_owned(),
            None => break page,
        }
    };
    assert_eq!(seen.len(), 8);
    assert_eq!((last["page"].as_u64(), last["start"].as_u64(), last["end"].as_u64()), (Some(2), Some(6), Some(7)));
    let previous = last["previous_page_uri"].as_str().and_then(|uri| uri.strip_prefix(&root)).expect("a page before");
    assert_eq!(numbers(&bench.get(previous).await.1["incoming_phone_numbers"]), seen[3..6]);
}

#[tokio::test]
async fn numbers_of_others_and_the_wrong_delivery() {
    let bench = Bench::new().await;
    let taken = json!({ "phoneNumber": NUMBER, "owner": "other" });
    assert_eq!(bench.control(Method::POST, "/numbers", taken).await.0, 200);
    assert_eq!(code(&bench.buy(&[("PhoneNumber", NUMBER)]).await), (400, 21422));
    let free = json!({ "phoneNumber": NUMBER, "owner": "nobody" });
    assert_eq!(bench.control(Method::POST, "/numbers", free).await.0, 200);

    assert_eq!(bench.control(Method::POST, "/numbers/swap", json!({ "times": 1 })).await.0, 200);
    let (status, other) = bench.buy(&[("PhoneNumber", NUMBER)]).await;
    assert!(status == 201 && other["phone_number"] != NUMBER, "{other}");
    assert_eq!(bench.buy(&[("PhoneNumber", NUMBER)]).await.1["phone_number"], NUMBER);
    assert_eq!(bench.state().await["incomingPhoneNumbers"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn two_buyers_of_one_account_get_one_number() {
    let bench = Bench::new().await;
    let form = [("PhoneNumber", NUMBER)];
    let (a, b) = tokio::join!(bench.buy(&form), bench.buy(&form));
    assert_eq!(a.1["sid"], b.1["sid"]);
    assert_eq!(bench.state().await["incomingPhoneNumbers"].as_array().map(Vec::len), Some(1));
}
