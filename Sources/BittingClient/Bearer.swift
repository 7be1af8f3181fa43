// SPDX-License-Identifier: Apache-2.0

/// The caller's key as it stands in `Authorization`. Has neither a telling description nor a mirror.
struct Bearer: Sendable, CustomStringConvertible, CustomReflectable {
    /// `Bearer` and the key.
    let fieldValue: String

    /// Takes a key of visible ASCII characters, so that it cannot end the header it stands in.
    init(_ key: String) throws(BittingError) {
        guard !key.isEmpty, key.utf8.count <= 4096, key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw BittingError(
                code: "invalid_key", title: "The management key cannot be sent",
                detail: "A key is one word of visible ASCII characters.",
                fix: "Check that the key was copied whole, without spaces and line breaks.")
        }
        fieldValue = "Bearer \(key)"
    }

    var description: String { "Bearer …" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
