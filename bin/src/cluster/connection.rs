//! The connection to the cluster's NATS servers, as the configuration has it.

use std::sync::Arc;

use lalin_cluster::{Connection, Credentials, Settings};
use lalin_config::{Cluster, ClusterLogin};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::error::Error;

/// Connects; without a server that answers this is no error yet.
///
/// # Errors
/// [`Error::Cluster`].
pub(crate) async fn open(cluster: &Cluster) -> Result<Connection, Error> {
    let settings = Settings {
        servers: cluster.nats.clone(),
        cluster: cluster.name.clone(),
        site: cluster.site.clone(),
        node: node(cluster),
        credentials: credentials(&cluster.login)?,
        tls: cluster.ca.as_deref().map(trusting).transpose()?,
    };
    Connection::open(settings).await.map_err(|error| Error::Cluster(error.to_string()))
}

/// What the others call this machine.
pub(crate) fn node(cluster: &Cluster) -> String {
    cluster.node.clone().unwrap_or_else(|| {
        let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let named = || ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        lalin_config::node_name(kernel.or_else(named).unwrap_or_default().trim())
    })
}

fn credentials(login: &ClusterLogin) -> Result<Credentials, Error> {
    Ok(match login {
        ClusterLogin::None => Credentials::None,
        ClusterLogin::Password(user, password) => Credentials::UserPassword(user.clone(), password.expose().to_owned()),
        ClusterLogin::File(path) => {
            let read = std::fs::read_to_string(path);
            let text = read.map_err(|error| Error::Cluster(format!("{}: {error}", path.display())))?;
            match text.trim() {
                seed if seed.starts_with("SU") => Credentials::NkeySeed(seed.to_owned()),
                token => Credentials::Token(token.to_owned()),
            }
        }
    })
}

/// Trusts what one authority signed.
fn trusting(path: &std::path::Path) -> Result<Arc<ClientConfig>, Error> {
    let failed = |reason: String| Error::Cluster(format!("{}: {reason}", path.display()));
    let mut roots = RootCertStore::empty();
    let all = CertificateDer::pem_file_iter(path).map_err(|error| failed(error.to_string()))?;
    for certificate in all {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        roots.add(certificate).map_err(|error| failed(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(failed("it has no certificate".to_owned()));
    }
    Ok(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}
