//! Where a store is asked, and who we are there.

use lalin_remote_write::Credentials;
use url::Url;

use crate::Error;

/// Where a store is asked.
#[derive(Clone, Debug)]
pub struct Address {
    /// What stands before `/api/v1/query`.
    pub(crate) base: Url,
    /// Who we are.
    pub credentials: Credentials,
    /// Whose samples are meant, for a store with several tenants: the header `X-Scope-OrgID`.
    pub tenant: Option<String>,
}

impl Address {
    /// An address such as `http://127.0.0.1:8428`, or `https://mimir.example/prometheus`.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(base: &str) -> Result<Self, Error> {
        let base = Url::parse(base).map_err(|error| Error::Address(error.to_string()))?;
        if base.cannot_be_a_base() || !matches!(base.scheme(), "http" | "https") {
            return Err(Error::Address("it begins with http:// or https://".to_owned()));
        }
        Ok(Self { base, credentials: Credentials::None, tenant: None })
    }

    /// The address of one of the API's questions.
    pub(crate) fn of(&self, question: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v1", question]);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_below_the_address() {
        for (base, expected) in [
            ("http://127.0.0.1:8428", "http://127.0.0.1:8428/api/v1/query"),
            ("http://127.0.0.1:8428/", "http://127.0.0.1:8428/api/v1/query"),
            ("https://m.example/prometheus", "https://m.example/prometheus/api/v1/query"),
            ("http://vm/select/0/prometheus/?x=1", "http://vm/select/0/prometheus/api/v1/query?x=1"),
        ] {
            assert_eq!(Address::new(base).unwrap().of("query").as_str(), expected);
        }
        assert!(Address::new("127.0.0.1:8428").is_err() && Address::new("ftp://a").is_err());
    }
}
