//! The API of `/auth`.

mod ask;
mod show;

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, Uri, header::USER_AGENT},
};

pub use ask::{DeviceInfoRequest, LoginRequest, LogoutRequest, RefreshRequest, RegisterRequest};
pub use show::{
    AccountSummary, LoggedOutResponse, LoginResponse, LoginUser, MeAccount, MeResponse, Onboarding, RegisterResponse,
    RegisteredUser, TokensResponse, UserPreferences,
};

use super::{Auth, Device, model::DeviceInfo};
use crate::web::{ApiError, ApiResult, Body, Caller, Client, Created, Envelope, ErrorEnvelope, Ok200, Options};

/// The longest `User-Agent` that is kept.
const MAX_USER_AGENT: usize = 512;

/// Register
///
/// Makes an account with its owner and an empty wallet, and logs the owner in. Successes are not counted against the
/// limit.
#[utoipa::path(
    post, path = "/auth/register", tag = "auth", operation_id = "registerUser",
    request_body = RegisterRequest,
    responses(
        (status = 201, description = "The account was made", body = Envelope<RegisterResponse>),
        (status = 409, description = "The e-mail address is registered already", body = ErrorEnvelope),
    ),
)]
pub async fn register(
    State(auth): State<Arc<Auth>>,
    client: Client,
    headers: HeaderMap,
    Body(request): Body<RegisterRequest>,
) -> ApiResult<Created<RegisterResponse>> {
    let device = device(client, &headers, None);
    let registered = auth.register(request.try_into()?, &device).await?;
    Ok(Created(RegisterResponse::new(registered, auth.onboarding_url())))
}

/// Log in
///
/// Opens a login session: an access token for 15 minutes, and a refresh token. An unknown e-mail address and a wrong
/// password are answered alike.
#[utoipa::path(
    post, path = "/auth/login", tag = "auth", operation_id = "loginUser",
    request_body = LoginRequest,
    responses(
        (status = 200, description = "Logged in", body = Envelope<LoginResponse>),
        (status = 401, description = "The e-mail address or the password is wrong", body = ErrorEnvelope),
        (status = 403, description = "The account is suspended", body = ErrorEnvelope),
    ),
)]
pub async fn login(
    State(auth): State<Arc<Auth>>,
    client: Client,
    headers: HeaderMap,
    Body(request): Body<LoginRequest>,
) -> ApiResult<Ok200<LoginResponse>> {
    let (login, info) = request.into_parts();
    let logged_in = auth.login(&login, &device(client, &headers, info)).await?;
    Ok(Ok200(LoginResponse::from(logged_in)))
}

/// Refresh the tokens
///
/// Exchanges a refresh token for a new pair. Each refresh token is used once; one that comes back later ends the login
/// session, unless it comes within ten seconds and its successor is unused: then the same successor is given again.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "auth", operation_id = "refreshTokens",
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "New tokens", body = Envelope<TokensResponse>),
        (status = 401, description = "The refresh token does not hold", body = ErrorEnvelope),
        (status = 403, description = "The account is suspended", body = ErrorEnvelope),
    ),
)]
pub async fn refresh(
    State(auth): State<Arc<Auth>>,
    Body(request): Body<RefreshRequest>,
) -> ApiResult<Ok200<TokensResponse>> {
    Ok(Ok200(auth.refresh(&request.refresh_token).await?.into()))
}

/// Log out
///
/// Ends the login session of the access token, and that of `refreshToken` where one is given; with `allDevices`, every
/// login session of the user.
#[utoipa::path(
    post, path = "/auth/logout", tag = "auth", operation_id = "logoutUser",
    request_body = Option<LogoutRequest>,
    responses((status = 200, description = "Logged out", body = Envelope<LoggedOutResponse>)),
)]
pub async fn logout(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    uri: Uri,
    Options(request): Options<LogoutRequest>,
) -> ApiResult<Ok200<LoggedOutResponse>> {
    if uri.query().is_some_and(|query| !query.is_empty()) {
        return Err(ApiError::bad_field("query", "must be empty: addresses are logged, so a token goes into the body"));
    }
    let all_devices = request.all_devices.unwrap_or(false);
    let ended = auth.logout(&caller, request.refresh_token.as_ref(), all_devices).await?;
    Ok(Ok200(LoggedOutResponse { sessions_ended: ended }))
}

/// Show who you are
///
/// The user behind the access token or API key, and what it may do.
#[utoipa::path(
    get, path = "/auth/me", tag = "auth", operation_id = "showCurrentUser",
    responses((status = 200, description = "The caller", body = Envelope<MeResponse>)),
)]
pub async fn me(State(auth): State<Arc<Auth>>, caller: Caller) -> ApiResult<Ok200<MeResponse>> {
    let profile = auth.me(&caller).await?;
    Ok(Ok200(MeResponse::new(profile, &caller)))
}

fn device(client: Client, headers: &HeaderMap, info: Option<DeviceInfo>) -> Device {
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Device {
        ip: client.peer.map(|_| client.ip.to_string()),
        user_agent: user_agent.map(|text| text.chars().take(MAX_USER_AGENT).collect()),
        info,
    }
}
