// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc

/// Files that must not be read by others, be overwritten, or be lost with the power.
enum Files {
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// How many bytes a file has; 0 if it is not there.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Whether this is a directory with nothing in it.
    static func isEmptyDirectory(_ path: String) -> Bool {
        guard let directory = unsafe opendir(path), let place = MemoryLayout<dirent>.offset(of: \.d_name) else {
            return false
        }
        defer { unsafe closedir(directory) }
        // The name is read where it lies: an entry is shorter than its type.
        while let entry = unsafe readdir(directory) {
            let name = unsafe UnsafeRawPointer(entry).advanced(by: place).assumingMemoryBound(to: CChar.self)
            guard unsafe [".", ".."].contains(String(cString: name)) else { return false }
        }
        return true
    }

    /// The path from the root, so that another process finds the same file; links are left as they are.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(here) }
        return unsafe String(cString: here) + "/" + path
    }

    /// Makes a directory that only its owner enters; one that is there already is left as it is.
    static func makeDirectory(_ path: String) throws {
        guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw HouseFailure(
            "Cannot make the directory \(path): \(reason()).", fix: "Choose a place where this user may write.")
    }

    /// Whether a server holds the lock of this data directory.
    static func isLocked(_ path: String) -> Bool {
        let file = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_EX | LOCK_NB) != 0
    }

    /// Takes the lock that keeps a second server off the same data; held until the process ends.
    static func lock(
        _ path: String, _ what: String = "Another bitting serves this data directory.",
        fix: String = "Stop it first, or choose another data directory."
    ) throws {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw HouseFailure(
                "Cannot open \(path): \(reason()).", fix: "Check that this user owns the data directory.")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw HouseFailure(what, fix: fix)
        }
    }

    static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
