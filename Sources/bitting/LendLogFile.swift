// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import DataPlane
import Glibc

/// Where lent calls are told of.
enum LendLogFile {
    /// Appends to the file at `path`, made with mode 0640 where it is missing; `-` is standard output.
    static func open(_ path: String) throws -> LendLog {
        guard path != "-" else { return LendLog(descriptor: STDOUT_FILENO) }
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw HouseFailure("Cannot write \(path).", fix: "Choose a file that can be written with --lend-log.")
        }
        return LendLog(descriptor: descriptor)
    }
}

extension VerifierKey {
    /// The installation's name as `Via` can carry it: a token.
    var viaName: String { String(name.map { $0 == "/" ? "-" : $0 }) }
}
