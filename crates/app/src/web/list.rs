//! A list's page: rows, where the page stands, and what the list sums to.

use serde::Serialize;
use store::Listed;
use utoipa::ToSchema;
use vocab::{Cursor, PageRequest, page::MAX_TOTAL};

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Where this page stands.
    pub pagination: Pagination,
}

/// One page of a list that also says what all its rows sum to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SummarisedList<T, S> {
    /// The rows.
    pub data: Vec<T>,
    /// Where this page stands.
    pub pagination: Pagination,
    /// Over all rows, not only this page's.
    pub summary: S,
}

/// Where a page stands in its list. With a cursor nothing is counted, so page and totals are absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "page": 1, "limit": 20, "total": 1, "totalPages": 1, "hasNext": false, "hasPrevious": false,
}))]
pub struct Pagination {
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// How many rows a page has at most.
    pub limit: u32,
    /// How many rows the list has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many pages that makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<u64>,
    /// Whether rows follow.
    pub has_next: bool,
    /// Whether rows come before.
    pub has_previous: bool,
    /// True when counting stopped at 10,000.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub total_is_capped: bool,
    /// Continues after this page, as `?cursor=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// The page that was asked for. `total` is what was counted, at most one past
    /// [`MAX_TOTAL`] (None in cursor mode); `next` is where the next page starts, from [`split`].
    pub fn new(data: Vec<T>, request: &PageRequest, total: Option<u64>, next: Option<Cursor>) -> Self {
        Self { data, pagination: Pagination::new(request, total, next) }
    }

    /// The page that the database gave; `cursor_of` says where a row stands.
    pub fn of(listed: Listed<T>, request: &PageRequest, cursor_of: impl Fn(&T) -> Cursor) -> Self {
        let (rows, next) = split(listed.rows, request.limit(), cursor_of);
        Self::new(rows, request, listed.total, next)
    }

    /// The page that was asked for, by its number, of a list whose rows are all at hand.
    pub fn sliced(all: Vec<T>, request: &PageRequest) -> Self {
        let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
        let first = usize::try_from(request.offset()).unwrap_or(usize::MAX);
        let limit = usize::try_from(request.limit()).unwrap_or(usize::MAX);
        let mut list = Self::new(all.into_iter().skip(first).take(limit).collect(), request, Some(total), None);
        // Nothing has to be counted, so the last page is known beyond the cap too.
        list.pagination.has_next = request.offset().saturating_add(u64::from(request.limit())) < total;
        list
    }

    /// A list that is never long: everything on one page.
    pub fn all(data: Vec<T>) -> Self {
        let count = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let request = PageRequest::Page { page: 1, limit: count.max(1) };
        Self::new(data, &request, Some(u64::from(count)), None)
    }

    /// The same page with each row made into something else.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> List<U> {
        List { data: self.data.into_iter().map(each).collect(), pagination: self.pagination }
    }

    /// Adds what the whole list sums to.
    pub fn summary<S>(self, summary: S) -> SummarisedList<T, S> {
        SummarisedList { data: self.data, pagination: self.pagination, summary }
    }
}

impl Pagination {
    fn new(request: &PageRequest, total: Option<u64>, next: Option<Cursor>) -> Self {
        let limit = request.limit();
        let next_cursor = next.map(|cursor| cursor.to_string());
        let PageRequest::Page { page, .. } = *request else {
            let has_next = next_cursor.is_some();
            return Self {
                page: None,
                limit,
                total: None,
                total_pages: None,
                has_next,
                has_previous: true,
                total_is_capped: false,
                next_cursor,
            };
        };
        let total_is_capped = total.is_some_and(|total| total > MAX_TOTAL);
        let total = total.map(|total| total.min(MAX_TOTAL));
        let total_pages = total.map(|total| total.div_ceil(u64::from(limit.max(1))));
        let has_next = next_cursor.is_some() || total_pages.is_some_and(|pages| u64::from(page) < pages);
        Self {
            page: Some(page),
            limit,
            total,
            total_pages,
            has_next,
            has_previous: page > 1,
            total_is_capped,
            next_cursor,
        }
    }
}

/// Splits off the one row that was fetched beyond the page; if it is there, the list continues
/// after the page's last row. Fetch `limit + 1` rows for this.
pub fn split<R>(mut rows: Vec<R>, limit: u32, cursor_of: impl Fn(&R) -> Cursor) -> (Vec<R>, Option<Cursor>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return (rows, None);
    }
    rows.truncate(limit);
    let next = rows.last().map(cursor_of);
    (rows, next)
}

#[cfg(test)]
mod tests {
    use vocab::Ambient;

    use super::*;

    fn page(page: u32, total: u64) -> Pagination {
        List::<u8>::new(vec![], &PageRequest::Page { page, limit: 20 }, Some(total), None).pagination
    }

    #[test]
    fn pages_count_up_to_the_cap() {
        assert_eq!((page(1, 0).total_pages, page(1, 0).has_next), (Some(0), false));
        assert_eq!((page(2, 41).total_pages, page(2, 41).has_next, page(2, 41).has_previous), (Some(3), true, true));
        let capped = page(1, MAX_TOTAL + 1);
        assert_eq!((capped.total, capped.total_is_capped), (Some(MAX_TOTAL), true));
        assert!(!page(1, MAX_TOTAL).total_is_capped);
    }

    #[test]
    fn what_is_all_at_hand_has_pages_to_its_end() {
        let sliced = |page, rows: u32| List::sliced((0..rows).collect(), &PageRequest::Page { page, limit: 2 });
        let shown = |page, rows| {
            let List { data, pagination } = sliced(page, rows);
            (data, pagination.has_previous, pagination.has_next)
        };
        assert_eq!(shown(1, 3), (vec![0, 1], false, true));
        assert_eq!(shown(2, 3), (vec![2], true, false));
        assert_eq!(shown(2, 4), (vec![2, 3], true, false));
        assert_eq!(shown(9, 3), (vec![], true, false));
        assert_eq!(shown(1, 0), (vec![], false, false));
        assert_eq!((sliced(2, 3).pagination.total, sliced(2, 3).pagination.total_pages), (Some(3), Some(2)));
        let beyond = sliced(5_001, 10_003);
        assert_eq!((beyond.data.len(), beyond.pagination.has_next), (2, true));
        assert!(beyond.pagination.total_is_capped);
    }

    #[test]
    fn a_cursor_continues_after_the_last_row_shown() {
        let ambient = Ambient::fixed(1);
        let at = |n: u8| Cursor { at: ambient.wall(), id: uuid::Uuid::from_u128(u128::from(n)) };
        let (rows, next) = split(vec![1, 2, 3], 2, |n| at(*n));
        assert_eq!((rows.as_slice(), next), ([1, 2].as_slice(), Some(at(2))));
        assert_eq!(split(vec![1, 2], 2, |n| at(*n)).1, None);
        let list = List::new(rows, &PageRequest::After { cursor: at(9), limit: 2 }, None, next);
        assert_eq!((list.pagination.total, list.pagination.has_next), (None, true));
    }
}
