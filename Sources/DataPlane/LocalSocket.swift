// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The file of a Unix socket: claims its place, sets who may open it, and removes it at the end.
///
/// The file's mode is the guard: whoever may open it is believed as a trusted peer is. A peer there has no address, so
/// keys that are tied to addresses are refused unless the peer reports one.
package struct LocalSocket: Sendable, Equatable {
    /// Why a socket cannot be where it was wanted.
    package enum Fault: Error, Equatable {
        /// A path holds 1 to 107 bytes, none of them zero.
        case badPath
        /// Something is there that is no socket; it is left alone.
        case notSocket
        /// Somebody listens there.
        case inUse
        /// The system's reason, by its number.
        case system(Int32)
    }

    /// Where the file is.
    let path: String
    /// Which file it is, so that another that took the place since is not removed.
    private let device: UInt64
    private let inode: UInt64

    /// Readable and writable for the owner and the group.
    static let mode: mode_t = 0o660
    /// `sun_path` holds 108 bytes, the last of them zero (unix(7)).
    static let longestPath = 107

    /// Makes room at `path`: a socket that nobody answers on is left over from a program that ended, and is removed.
    static func clear(_ path: String) throws(Fault) {
        guard (1...longestPath).contains(path.utf8.count), !path.utf8.contains(0) else { throw .badPath }
        guard let found = try status(path) else { return }
        guard found.st_mode & S_IFMT == S_IFSOCK else { throw .notSocket }
        guard try !isAnswered(path) else { throw .inUse }
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .system(errno) }
    }

    /// The socket that was just bound at `path`, from now on open to the group.
    static func opened(_ path: String) throws(Fault) -> LocalSocket {
        guard unsafe chmod(path, mode) == 0, let found = try status(path) else { throw .system(errno) }
        return LocalSocket(path: path, device: UInt64(found.st_dev), inode: UInt64(found.st_ino))
    }

    /// Removes the file, if it is still this one.
    func remove() {
        guard let found = try? Self.status(path), UInt64(found.st_dev) == device, UInt64(found.st_ino) == inode else {
            return
        }
        unsafe unlink(path)
    }

    private static func status(_ path: String) throws(Fault) -> stat? {
        var found = stat()
        if unsafe lstat(path, &found) == 0 { return found }
        guard errno == ENOENT else { throw .system(errno) }
        return nil
    }

    /// Whether a connection is taken. What cannot be tried counts as taken: nothing of anybody's is removed on a guess.
    private static func isAnswered(_ path: String) throws(Fault) -> Bool {
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw .system(errno) }
        defer { close(probe) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(probe, $0, length) }
        }
        return result == 0 || errno != ECONNREFUSED
    }
}
