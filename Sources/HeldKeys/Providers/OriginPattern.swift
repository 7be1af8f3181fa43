// SPDX-License-Identifier: Apache-2.0

/// An origin, or one of whose DNS labels some are settings of the credential: `https://{shop}.myshopify.com`,
/// `https://api.{site}.datadoghq.com`.
///
/// A setting is one whole label in front of at least two that are fixed, so that no setting can lead elsewhere. Where
/// the last two are such as registries sell names under (`co.uk`), it takes three.
package struct OriginPattern: Equatable, Sendable {
    /// As it was written.
    package let text: String
    /// The origin, where there is nothing to fill in.
    package let fixed: Origin?
    /// The settings in it, from the left.
    package let settings: [String]

    /// An origin as it is.
    package init(_ origin: Origin) {
        text = origin.description
        fixed = origin
        settings = []
    }

    /// Reads a pattern; nil for what is neither.
    package init?(_ text: String) {
        guard text.contains("{") else {
            guard let origin = Origin(text) else { return nil }
            self = OriginPattern(origin)
            return
        }
        let separator = "://"
        guard let start = text.utf8.firstRange(ofText: separator) else { return nil }
        let host = text[start...]
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let names = OriginPattern.names(in: labels) else { return nil }
        self.text = text
        fixed = nil
        settings = names
        guard let sample = filled(names.map { _ in "a" }), case .name = sample.host else { return nil }
    }

    /// The settings among the labels; nil where there is none, or one could lead elsewhere.
    private static func names(in labels: [Substring]) -> [String]? {
        guard let last = labels.lastIndex(where: { $0.contains("{") || $0.contains("}") }) else { return nil }
        let fixed = labels[(last + 1)...]
        guard fixed.count >= (isRegistry(fixed.suffix(2)) ? 3 : 2) else { return nil }
        var names: [String] = []
        for label in labels where label.contains("{") || label.contains("}") {
            let name = String(label.dropFirst().dropLast())
            guard label.hasPrefix("{"), label.hasSuffix("}"), NamedPart.isName(name) else { return nil }
            names.append(name)
        }
        return names
    }

    /// `co.uk`, `com.au:8443`: a country, and a word that its registry sells names under.
    private static func isRegistry(_ labels: ArraySlice<Substring>) -> Bool {
        guard let first = labels.first?.lowercased(), let country = labels.last?.prefix(while: { $0 != ":" }) else {
            return false
        }
        return country.utf8.count == 2
            && ["ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"].contains(first)
    }

    /// The origin for these settings; nil where one is missing or is no DNS label.
    package func origin(_ values: [CredentialSetting]) -> Origin? {
        if let fixed { return fixed }
        var labels: [String] = []
        for name in settings {
            guard let value = values.first(where: { $0.name == name })?.value, CredentialSetting.isValue(value) else {
                return nil
            }
            labels.append(value)
        }
        return filled(labels)
    }

    private func filled(_ labels: [String]) -> Origin? {
        var text = text
        for (name, label) in zip(settings, labels) { text = text.replacingFirst("{\(name)}", with: label) }
        return Origin(text)
    }
}

extension String {
    fileprivate func replacingFirst(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}

extension String.UTF8View {
    /// Where the text after `part` begins.
    fileprivate func firstRange(ofText part: String) -> String.Index? {
        firstRange(of: part.utf8)?.upperBound
    }
}

/// What a credential says of itself that is not secret.
package struct CredentialSetting: Equatable, Sendable {
    package let name: String
    package let value: String

    /// A setting.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Tells whether `text` can be the value of a setting: one DNS label, `[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?`.
    /// Capitals, because account names in paths have them; a host does not tell them apart.
    package static func isValue(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), bytes.first != 0x2D, bytes.last != 0x2D else { return false }
        return bytes.allSatisfy {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
    }
}
