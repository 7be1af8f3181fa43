// SPDX-License-Identifier: Apache-2.0
internal import Access

/// How long a set of keys is used without asking again (RFC 9111, section 5.2.2), within our own bounds.
enum Freshness {
    /// Nobody is asked more often than this, whatever they say.
    static let shortest = Length.seconds(300)
    /// A key that was taken back is used no longer than this.
    static let longest = Length.seconds(86_400)
    /// Where nothing is said.
    static let usual = Length.seconds(3600)

    /// The length that a `Cache-Control` asks for.
    static func length(_ cacheControl: String?) -> Length {
        let directives = (cacheControl ?? "").lowercased().split(separator: ",").map { directive in
            directive.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
        }
        guard !directives.contains(where: { $0 == "no-store" || $0 == "no-cache" }) else { return shortest }
        guard let age = directives.first(where: { $0.hasPrefix("max-age=") })?.dropFirst("max-age=".count),
            (1...12).contains(age.utf8.count), let seconds = Int64(age), seconds >= 0
        else { return usual }
        return min(max(.seconds(seconds), shortest), longest)
    }
}
