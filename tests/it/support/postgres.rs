//! A throwaway PostgreSQL server of the installed binaries: its own folder, a free port, gone with the tests.
//!
//! PostgreSQL refuses to run as root, so it runs as the user `postgres` there. A shell stands between: it stops the
//! server and removes the folder when its input ends, which happens however the tests end.

use std::{
    io::Write as _,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

const SCRIPT: &str = r#"
initdb -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync -D "$1/data" >"$1/log" 2>&1 || exit 1
folder=$1; port=$2; shift 2
run() {
    postgres -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= "$@" >>"$folder/log" 2>&1 &
    server=$!
}
run "$@"
while read -r order && [ "$order" = start ]; do run "$@"; done
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"#;

/// A running server.
pub struct PostgresServer {
    pub folder: PathBuf,
    pub port: u16,
    keeper: Child,
}

static SHARED: LazyLock<PostgresServer> = LazyLock::new(|| {
    let fast =
        ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400", "shared_buffers=64MB"];
    let server = PostgresServer::start(&fast);
    server.psql("postgres", "create database template_of_tests");
    server
});
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl PostgresServer {
    /// Starts a server of its own with these settings, as `name=value`.
    pub fn start(settings: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("vault-pg-").tempdir().expect("a folder for PostgreSQL").keep();
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(&folder).arg(port.to_string());
        for setting in settings {
            command.args(["-c", setting]);
        }
        command.env("PATH", path_with_postgres()).current_dir("/tmp");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((user, group)) = postgres_user() {
            chown(&folder, Some(user), Some(group)).expect("the folder belongs to the user postgres");
            command.uid(user).gid(group);
        }
        let keeper = command.spawn().expect("sh starts PostgreSQL");
        let server = Self { folder, port, keeper };
        server.wait_until_ready();
        server
    }

    /// The address of a database on this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs one statement with psql; what it prints, unaligned.
    pub fn psql(&self, database: &str, statement: &str) -> String {
        let output = Command::new("psql")
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database), "-c", statement])
            .env("PATH", path_with_postgres())
            .output()
            .expect("psql is installed (apt-get install postgresql-client)");
        assert!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The process of the postmaster.
    pub fn postmaster(&self) -> String {
        let pid_file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("PostgreSQL runs");
        pid_file.lines().next().expect("a process id").to_owned()
    }

    /// The postmaster and its children, as `kill` wants them.
    pub fn processes(&self) -> Vec<String> {
        let postmaster = self.postmaster();
        let is_child = |process: &String| {
            // "pid (name) state parent …", and the name of a server process holds no bracket
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)) == Some(&postmaster)
        };
        let all = std::fs::read_dir("/proc")
            .expect("/proc")
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok());
        let children: Vec<String> = all.filter(|name| name.parse::<u32>().is_ok()).filter(is_child).collect();
        [postmaster.clone()].into_iter().chain(children).collect()
    }

    /// Sends a signal to all its processes, as `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        // a child that ended in between is no failure
        let _ = Command::new("kill")
            .arg(format!("-{name}"))
            .args(self.processes())
            .stderr(Stdio::null())
            .status()
            .expect("kill runs");
    }

    /// Ends it, with `INT` as an operator would, with `KILL` as a power cut would; returns when its processes are gone.
    pub fn stop(&self, signal: &str) {
        let processes = self.processes();
        let ended = if signal == "KILL" { &processes[..] } else { &processes[..1] };
        let _ = Command::new("kill")
            .arg(format!("-{signal}"))
            .args(ended)
            .stderr(Stdio::null())
            .status()
            .expect("kill runs");
        let is_there = |process: &String| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        for _ in 0..200 {
            if !processes.iter().any(is_there) {
                return;
            }
            pause(Duration::from_millis(50));
        }
        panic!("PostgreSQL did not stop");
    }

    /// Starts it again, after `stop`, on the same folder and port.
    pub fn start_again(&self) {
        self.order_start();
        self.wait_until_ready();
    }

    /// Like `start_again`, without waiting.
    pub fn order_start(&self) {
        let mut input = self.keeper.stdin.as_ref().expect("the keeper listens");
        input.write_all(b"start\n").expect("the keeper lives");
    }

    fn wait_until_ready(&self) {
        let started = Instant::now();
        loop {
            let asked = Command::new("psql")
                .args(["-X", "-d", &self.url("postgres"), "-c", "select 1"])
                .env("PATH", path_with_postgres())
                .output();
            match asked {
                Ok(output) if output.status.success() => return,
                _ if started.elapsed() > Duration::from_secs(30) => {
                    let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                    panic!(
                        "no PostgreSQL for the tests; install it (apt-get install postgresql postgresql-client). Its log:\n{log}"
                    );
                }
                _ => pause(Duration::from_millis(50)),
            }
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(mut input) = self.keeper.stdin.take() {
            let _ = input.write_all(b"\n");
        }
        let _ = self.keeper.wait();
    }
}

/// A new database on the shared server, already migrated.
pub async fn fresh_database() -> String {
    let name = format!("t{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    tokio::task::spawn_blocking(move || {
        static TEMPLATE: LazyLock<()> = LazyLock::new(migrate_template);
        LazyLock::force(&TEMPLATE);
        SHARED.psql("postgres", &format!("create database {name} template template_of_tests"));
        SHARED.url(&name)
    })
    .await
    .expect("a database")
}

/// A new database on the shared server, empty; with its server for questions.
pub fn empty_database() -> (&'static PostgresServer, String) {
    let name = format!("e{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    SHARED.psql("postgres", &format!("create database {name}"));
    (&SHARED, name)
}

fn migrate_template() {
    let url = SHARED.url("template_of_tests");
    let done = Command::new(env!("CARGO_BIN_EXE_vault-api"))
        .arg("migrate")
        .env("DATABASE_URL", url)
        .env("DATA_DIR", SHARED.folder.join("unused"))
        .env("JWT_SECRET", "tVn3yq8Fz1Lk0cW7rXbD5mHs2aGpUe9J")
        .env("CRYPTO_MASTER_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
        .current_dir("/tmp")
        .output()
        .expect("the program runs");
    assert!(done.status.success(), "migrate: {}", String::from_utf8_lossy(&done.stderr));
}

/// PATH with PostgreSQL's own folder, where Debian keeps the server's binaries.
pub fn path_with_postgres() -> String {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    let rest = environment("PATH").unwrap_or_default();
    folders.last().map_or(rest.clone(), |folder| format!("{}:{rest}", folder.display()))
}

/// Makes a program run as the user that may run PostgreSQL, and hands it these files and folders.
pub fn as_postgres_user(command: &mut Command, files: &[&Path]) {
    if let Some((user, group)) = postgres_user() {
        for file in files {
            chown(file, Some(user), Some(group)).expect("the file belongs to the user postgres");
        }
        command.uid(user).gid(group);
    }
}

fn postgres_user() -> Option<(u32, u32)> {
    if !Path::new("/proc/self").exists()
        || std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").ok()?) != 0
    {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = users.lines().find(|line| line.starts_with("postgres:"))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[expect(clippy::disallowed_methods, reason = "the tests' tools are found through the environment")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[expect(clippy::disallowed_methods, reason = "a blocking helper waits for another program")]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}
