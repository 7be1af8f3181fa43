// SPDX-License-Identifier: Apache-2.0

/// JSON pointers (RFC 6901) on their way into an answer.
package enum JSONPointer {
    /// The longest name that an answer repeats. A key pasted where a name belongs is longer, and must not come back.
    package static let longestName = 36

    /// The pointer up to the first name that is too long to be repeated.
    package static func repeatable(_ pointer: String) -> String {
        var kept = ""
        for name in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard name.utf8.count <= longestName else { break }
            kept += "/" + name
        }
        return kept
    }
}
