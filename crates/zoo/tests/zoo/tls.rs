//! Encrypted servers, with a certificate of the tests' own.

use std::net::TcpStream;
use std::sync::Arc;

use biowatch_zoo::fetch::FetchError;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::{Asked, Server, answer, serve};
use crate::workbench::{Expect, Workbench, noise};

type Secure = StreamOwned<ServerConnection, TcpStream>;

/// A server for `localhost`, and the certificate to trust it by.
fn start(act: impl Fn(&Asked, &mut Secure) + Send + Sync + 'static) -> (Server, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let config = Arc::new(config);
    let server = Server::wrapped(move |stream, asked| {
        let mut secure = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
        if let Some(asked) = asked(&mut secure) {
            act(&asked, &mut secure);
        }
        secure.conn.send_close_notify();
        let _ = secure.conn.complete_io(&mut secure.sock);
    });
    (server, made.cert.pem().into_bytes())
}

fn url(server: &Server) -> String {
    format!("https://localhost:{}/a", server.port)
}

#[test]
fn a_certificate_of_ones_own_is_trusted_when_it_is_given_and_not_before() {
    let (server, certificate) =
        start(|asked, stream| serve(asked, stream, &noise(100_000), "\"a\"", usize::MAX));
    let mut bench = Workbench::new();
    let error = bench.fetch(&[url(&server)], Expect::nothing()).unwrap_err();
    assert!(matches!(error, FetchError::Tls { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("--ca"));
    bench.settings.ca = Some(certificate);
    let (_, bytes) = bench.fetch(&[url(&server)], Expect::nothing()).unwrap();
    assert!(bytes == noise(100_000));
}

#[test]
fn nothing_leads_from_an_encrypted_address_to_one_that_is_not() {
    let plain = Server::start(|asked, stream| serve(asked, stream, &noise(10), "\"a\"", usize::MAX));
    let to = plain.url("a");
    let (server, certificate) = start(move |_, stream| {
        answer(stream, "302 Found", &format!("Location: {to}\r\n"), b"");
    });
    let mut bench = Workbench::new();
    bench.settings.ca = Some(certificate);
    let error = bench.fetch(&[url(&server)], Expect::digest_of(&noise(10))).unwrap_err();
    assert!(matches!(error, FetchError::Downgrade { .. }), "{error:?}");
    assert!(plain.asked().is_empty());
}
