// SPDX-License-Identifier: Apache-2.0

package import Access
package import HeldKeys
import NIOCore
import NIOPosix

extension SecondPlace {
    /// A web address that each note is posted to as `text/plain`; any 2xx means that it has the note. Redirects are not
    /// followed; special addresses are refused but for the ranges in `allowed`.
    package static func webhook(
        _ url: String, allowingPrivate allowed: [AddressRange], limits: TimeLimits = .short
    ) throws(OriginFault) -> SecondPlace {
        let (origin, path) = try split(url)
        let destination = Destination(origin: origin, allowingPrivate: allowed)
        let dialer = Dialer.network(
            resolver: .system(on: .singleton), trust: TrustStore(), threads: .singleton, limits: limits)
        return SecondPlace(name: "webhook \(origin)") { note in
            let post = Post(to: destination, path: path, type: "text/plain; charset=utf-8", body: note)
            try await post.send(through: dialer, limits: limits)
        }
    }

    /// The origin, and the path with its query. No user, no fragment, nothing that would have to be repaired.
    private static func split(_ url: String) throws(OriginFault) -> (Origin, path: String) {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let end = url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex
        let origin = try Origin(parsing: url[..<end])
        let rest = url[end...]
        guard rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else { throw .path }
        return (origin, rest.hasPrefix("/") ? String(rest) : "/" + rest)
    }
}

extension TimeLimits {
    /// For calls that nobody waits for and that are made again: ten seconds a phase.
    package static var short: TimeLimits {
        var limits = TimeLimits()
        limits.firstByte = .seconds(10)
        limits.bodyIdle = .seconds(10)
        return limits
    }
}
