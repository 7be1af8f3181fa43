// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOPosix

extension SecondPlace {
    /// A file that notes are appended to, each with an empty line behind it; made with mode 0600 when it is not there.
    /// Opened anew for each note, so that it can be moved away at any time; flushed to disk before the note counts.
    package static func file(_ path: String) -> SecondPlace {
        SecondPlace(name: "file \(path)") { note in
            try await NIOThreadPool.singleton.runIfActive { try NoteFile(path: path).append(note) }
        }
    }
}

/// The file of one path. Blocks: for a thread that may.
private struct NoteFile {
    let path: String

    func append(_ note: String) throws(SecondPlaceFault) {
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
        let file = unsafe open(path, flags, 0o600)
        guard file >= 0 else { throw fault("be opened") }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SecondPlaceFault("it is not a file")
        }
        try write(start(behind: status.st_size, of: file) + note + "\n", to: file)
        guard fsync(file) == 0 else { throw fault("be flushed to disk") }
        if status.st_size == 0 { flushDirectory() }
    }

    /// What was cut off by a loss of power must not run into the note that follows it.
    private func start(behind size: Int, of file: Int32) -> String {
        guard size > 0 else { return "" }
        var last: UInt8 = 0
        let count = unsafe withUnsafeMutableBytes(of: &last) { unsafe pread(file, $0.baseAddress, 1, off_t(size - 1)) }
        return count == 1 && last == 0x0A ? "" : "\n\n"
    }

    private func write(_ text: String, to file: Int32) throws(SecondPlaceFault) {
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw count < 0 ? fault("be written") : SecondPlaceFault("the disk is full") }
    }

    /// So that a new file's name is there after a loss of power too.
    private func flushDirectory() {
        guard let slash = path.lastIndex(of: "/") else { return }
        let directory = unsafe open(String(path[...slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private func fault(_ what: String) -> SecondPlaceFault {
        SecondPlaceFault("it cannot \(what): \(unsafe String(cString: strerror(errno)))")
    }
}
