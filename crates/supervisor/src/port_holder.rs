//! Who has a port of this machine.

use std::net::{Ipv4Addr, TcpListener};

/// A program that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// The name of its program, as the system shortens it.
    pub name: String,
}

/// What is known of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Port {
    /// It can be had.
    Free,
    /// Somebody has it; `None` where the system does not tell who.
    Taken(Option<Holder>),
}

/// Looks at `port` on 127.0.0.1.
pub fn look(port: u16) -> Port {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Port::Free,
        Err(_) => Port::Taken(holder(port)),
    }
}

#[cfg(target_os = "linux")]
fn holder(port: u16) -> Option<Holder> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let sockets: Vec<String> = tables
        .iter()
        .filter_map(|table| fs_err::read_to_string(table).ok())
        .flat_map(|table| listening(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    let processes = fs_err::read_dir("/proc").ok()?.flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).find_map(|pid| {
        // Only the owner of a process and the administrator may look at its files.
        let files = fs_err::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
        let mut links = files.filter_map(|file| fs_err::read_link(file.path()).ok());
        links.any(|link| sockets.iter().any(|socket| link.as_os_str() == socket.as_str())).then(|| {
            let name = fs_err::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            Holder { pid, name: name.trim().to_owned() }
        })
    })
}

#[cfg(not(target_os = "linux"))]
fn holder(_: u16) -> Option<Holder> {
    None
}

/// Inodes of the sockets in a table of `/proc/net` that listen on `port`.
#[cfg(any(target_os = "linux", test))]
fn listening(table: &str, port: u16) -> Vec<u64> {
    const LISTENS: &str = "0A";
    let inode = |line: &str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (address, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        let (_, hex) = address.rsplit_once(':')?;
        let listens = *state == LISTENS && u16::from_str_radix(hex, 16).ok()? == port;
        listens.then(|| inode.parse().ok()).flatten()
    };
    table.lines().filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100\n\
            1: 0100007F:1F40 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100\n\
            2: 00000000:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100\n";
        assert_eq!(listening(table, 8000), [4711]);
        assert_eq!(listening(table, 8001), [4713]);
        assert!(listening(table, 8002).is_empty());
    }

    #[test]
    fn finds_itself() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let Port::Taken(holder) = look(port) else { panic!("the port is taken") };
        if cfg!(target_os = "linux") {
            assert_eq!(holder.unwrap().pid, std::process::id());
        }
        drop(listener);
        assert_eq!(look(port), Port::Free);
    }
}
