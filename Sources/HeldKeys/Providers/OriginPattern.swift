// SPDX-License-Identifier: Apache-2.0

/// An origin, or one whose leading DNS labels are settings of the credential: `https://{shop}.myshopify.com`.
///
/// A setting is one whole label in front of at least two that are fixed, so that no setting can lead elsewhere.
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
        let names = labels.prefix { $0.hasPrefix("{") && $0.hasSuffix("}") }.map { String($0.dropFirst().dropLast()) }
        guard !names.isEmpty, labels.count >= names.count + 2, names.allSatisfy(NamedPart.isName),
            !labels.dropFirst(names.count).contains(where: { $0.contains("{") || $0.contains("}") })
        else { return nil }
        self.text = text
        fixed = nil
        settings = names
        guard let sample = filled(names.map { _ in "a" }), case .name = sample.host else { return nil }
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

    /// Tells whether `text` can be the value of a setting: one DNS label, `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`.
    package static func isValue(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), bytes.first != 0x2D, bytes.last != 0x2D else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}
