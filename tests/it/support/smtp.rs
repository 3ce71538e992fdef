//! A real SMTP server (aiosmtpd, from `tests/smtp_sink.py`) and the certificates that it may show.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use super::environment;

/// A running SMTP server. Dropped, it is killed.
pub struct SmtpSink {
    pub port: u16,
    folder: tempfile::TempDir,
    child: Child,
}

impl SmtpSink {
    /// Without TLS and sign-in.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With these arguments of the script's.
    pub fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp_sink.py");
        let mut child = Command::new(python())
            .args(["-W", "ignore"])
            .arg(script)
            .arg(folder.path())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("Python does not run ({error}); run ./scripts/install-test-tools"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
        let port = line.trim().parse().unwrap_or_else(|_| {
            panic!("the SMTP server did not start; ./scripts/install-test-tools installs aiosmtpd")
        });
        Self { port, folder, child }
    }

    /// With the certificate `name` of this folder's.
    pub fn with_certificate(certificates: &Path, name: &str, more: &[&str]) -> Self {
        let file = |ending: &str| certificates.join(format!("{name}.{ending}")).display().to_string();
        let (certificate, key) = (file("crt"), file("key"));
        Self::start_with(&[&["--certificate", &certificate, "--key", &key], more].concat())
    }

    /// Behaves like this from the next mail on: see the script.
    pub fn set_mode(&self, mode: &str) {
        std::fs::write(self.folder.path().join("mode"), mode).expect("written");
    }

    /// What came, oldest first.
    pub fn received(&self) -> Vec<Value> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.folder.path())
            .expect("a folder")
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        files.sort();
        files.iter().map(|file| serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON")).collect()
    }

    /// How many messages came, the refused ones included.
    pub fn attempts(&self) -> usize {
        std::fs::read_to_string(self.folder.path().join("attempts")).map_or(0, |text| text.lines().count())
    }

    /// How somebody tried to sign in: the mechanism, and whether under TLS.
    pub fn sign_ins(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("sign-ins")).unwrap_or_default()
    }

    /// Waits until this many mails came.
    pub fn wait_for(&self, count: usize) -> Vec<Value> {
        for _ in 0..400 {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            super::pause(Duration::from_millis(25));
        }
        panic!("{count} mails were expected, {} came", self.received().len());
    }

    /// Waits until this many messages were tried.
    pub fn wait_for_attempts(&self, count: usize) {
        for _ in 0..400 {
            if self.attempts() >= count {
                return;
            }
            super::pause(Duration::from_millis(25));
        }
        panic!("{count} attempts were expected, {} came", self.attempts());
    }

    /// `SMTP_URL` for a server without TLS.
    pub fn plain_url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The header with this name of a mail that came.
pub fn header(mail: &Value, name: &str) -> String {
    let found: Vec<_> = mail["headers"]
        .as_array()
        .expect("headers")
        .iter()
        .filter(|pair| pair[0].as_str().is_some_and(|found| found.eq_ignore_ascii_case(name)))
        .collect();
    assert_eq!(found.len(), 1, "{name} in {mail}");
    found[0][1].as_str().expect("a value").to_owned()
}

/// The Python that has the tests' packages.
pub fn python() -> PathBuf {
    match environment("TEST_PYTHON") {
        Some(path) => path.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/python"),
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("openssl does not run ({error}); ./scripts/install-test-tools installs it"));
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Two authorities (`own`, `other`) and three certificates: `server` of the first one's for 127.0.0.1, `elsewhere` of the
/// first one's for another host, and `alone`, signed by itself for 127.0.0.1.
pub fn make_certificates(folder: &Path) {
    const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for name in ["own", "other"] {
        openssl(
            folder,
            &format!(
                "req -x509 {KEY} -days 2 -subj /CN={name} -addext basicConstraints=critical,CA:TRUE -keyout {name}.key -out {name}.crt"
            ),
        );
    }
    for (name, host) in [("server", "IP:127.0.0.1,DNS:localhost"), ("elsewhere", "DNS:mail.example.com")] {
        let extensions = format!("subjectAltName={host}\nbasicConstraints=critical,CA:FALSE\n");
        std::fs::write(folder.join(format!("{name}.ext")), extensions).expect("written");
        openssl(folder, &format!("req {KEY} -subj /CN={name} -keyout {name}.key -out {name}.csr"));
        openssl(
            folder,
            &format!(
                "x509 -req -in {name}.csr -CA own.crt -CAkey own.key -CAcreateserial -days 2 -extfile {name}.ext -out {name}.crt"
            ),
        );
    }
    openssl(
        folder,
        &format!(
            "req -x509 {KEY} -days 2 -subj /CN=alone -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -keyout alone.key -out alone.crt"
        ),
    );
}
