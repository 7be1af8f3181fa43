// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// A directory of its own for one test; gone with it.
package final class TemporaryDirectory: Sendable {
    /// Where it is.
    package let path: String

    /// Makes it; where files need not outlast the machine's power, in memory if there is such a place.
    package init(isLasting: Bool = true) throws {
        let memory = "/dev/shm/"
        let isThere = !isLasting && FileManager.default.isWritableFile(atPath: memory)
        path = (isThere ? memory : NSTemporaryDirectory()) + "bitting-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// The bytes of every file in it, by name.
    package func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            files[name] = FileManager.default.contents(atPath: "\(path)/\(name)").map(Array.init)
        }
        return files
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
