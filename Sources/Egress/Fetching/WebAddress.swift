// SPDX-License-Identifier: Apache-2.0

package import HeldKeys

/// An address outside, taken apart: where to dial, and what to ask for there.
package struct WebAddress: Hashable, Sendable {
    package let origin: Origin
    /// The path with its query; begins with `/`.
    package let target: String

    /// Reads an address. No user, no fragment, nothing that would have to be repaired.
    package init(parsing url: String) throws(OriginFault) {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let end = url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex
        origin = try Origin(parsing: url[..<end])
        let rest = url[end...]
        guard rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else { throw .path }
        target = rest.hasPrefix("/") ? String(rest) : "/" + rest
    }
}
