// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A certificate authority, as a member of a body: the text of its PEM file.
enum AuthorityFile {
    /// As many bytes as the API takes.
    private static let longest = 65_536

    static func json(_ path: String?) throws(CommandFailure) -> JSON? {
        guard let path else { return nil }
        guard let bytes = try FileBytes.contents(path, limit: longest),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw CommandFailure("\(path) is no PEM file of a certificate.", fix: "Name one of 64 KiB at most.") }
        return .string(text)
    }
}
