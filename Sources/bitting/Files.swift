// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc
import Secrets

/// Files that must not be read by others, be overwritten, or be lost with the power.
enum Files {
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Makes a directory that only its owner enters; one that is there already is left as it is.
    static func makeDirectory(_ path: String) throws {
        guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw HouseFailure(
            "Cannot make the directory \(path): \(reason()).", fix: "Choose a place where this user may write.")
    }

    /// Writes a new file of mode 0400 and flushes it and its directory to disk. Never writes over one.
    static func writeOnce(_ bytes: [UInt8], to path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
        guard file >= 0 else {
            throw HouseFailure(
                "Cannot write \(path): \(reason()).", fix: "Move an existing file away, or choose another place.")
        }
        defer { close(file) }
        let written = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(file) == 0 else {
            throw HouseFailure(
                "Cannot write \(path): \(reason()).", fix: "Make room on the disk, remove the file and try again.")
        }
        flushDirectory(of: path)
    }

    private static func flushDirectory(of path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let directory = parts.isEmpty ? "." : parts.count == 1 && parts[0].isEmpty ? "/" : parts.joined(separator: "/")
        let handle = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }

    /// Reads a small file that holds a secret. Refuses one that others can read, or that is not a plain file.
    static func readSecret(_ path: String) throws -> Secret {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw HouseFailure(
                "Cannot read \(path): \(reason()).", fix: "Give the master key's file with --master-key.")
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw HouseFailure("\(path) is not a file.", fix: "Give the master key's file with --master-key.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw HouseFailure(
                "Others can read \(path), so the master key may be known to them.",
                fix: "chmod 0400 it; if somebody may have read it, make a new installation and move the keys.")
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        guard count > 0 else {
            throw HouseFailure("\(path) is empty.", fix: "Put the master key's file back from its copy.")
        }
        defer { Secret.wipe(&bytes) }
        return Secret(copying: bytes.span.extracting(0..<count))
    }

    /// Takes the lock that keeps a second server off the same data; held until the process ends.
    static func lock(_ path: String) throws {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw HouseFailure(
                "Cannot open \(path): \(reason()).", fix: "Check that this user owns the data directory.")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw HouseFailure(
                "Another bitting serves this data directory.", fix: "Stop it first, or choose another data directory.")
        }
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
