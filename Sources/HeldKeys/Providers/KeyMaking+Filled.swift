// SPDX-License-Identifier: Apache-2.0
internal import Access

extension KeyMaking.Request {
    /// The call for a credential with these settings, the request's own over them; nil where a name stands for nothing
    /// or the path would not be canonical.
    ///
    /// In a path and in a form values are percent-encoded, but for a path that is a name and nothing else. In any other
    /// body they stand as they are: whoever fills gives what needs no escape there, or whole JSON.
    package func call(settings given: [CredentialSetting], names: [String: String]) -> ProviderCall? {
        let known = settings + given
        let value = { (name: String) -> String? in
            if let value = names[name] { return value }
            let setting = known.first { $0.name == name }?.value
            return setting.flatMap { CredentialSetting.isValue($0) ? $0 : nil }
        }
        guard let target = Self.target(path, value) else { return nil }
        var call = ProviderCall(method: method, target: target)
        (call.origin, call.fields, call.contentType) = (origin, fields, contentType)
        (call.settings, call.expect) = (settings, expect)
        if let body {
            let isForm = contentType?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true
            let text = RequestText(body).filled { isForm ? value($0).map(RequestText.encoded) : value($0) }
            guard let text else { return nil }
            call.body = Array(text.utf8)
        }
        return call
    }

    private static func target(_ path: String, _ value: (String) -> String?) -> String? {
        let text = RequestText(path)
        let isWhole = path == "{\(KeyMaking.Name.more.rawValue)}"
        guard let target = text.filled({ isWhole ? value($0) : value($0).map(RequestText.encoded) }),
            isTarget(target)
        else { return nil }
        return target
    }

    private static let longestTarget = 4096

    /// Tells whether `text` is a canonical path, with or without a query, that can stand in a request.
    package static func isTarget(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let refused = Array(#"#"<>\^`{|}"#.utf8)
        guard bytes.count <= longestTarget, bytes.allSatisfy({ (0x21...0x7E).contains($0) && !refused.contains($0) })
        else { return false }
        let path = Array(bytes.prefix { $0 != UInt8(ascii: "?") })
        return CanonicalPath.read(path.span, 0..<path.count) == .asWritten
    }
}

extension KeyMaking {
    /// Names with a meaning of their own in requests about keys.
    package enum Name: String, Sendable, CaseIterable {
        case label, key, new, more, page
    }

    /// Under which the new key's id is read.
    package static let keyName = Name.key.rawValue

    /// An id of a key as it can stand in a request: `[A-Za-z0-9._:~-]{1,128}`; nil for any other text.
    package static func keyID(_ text: String) -> String? {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(isKeyByte) else { return nil }
        return text
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    /// The request for the pages after the first; nil where there is one page.
    package var nextPage: Request? {
        next.map { path in
            var request = list
            request.path = path
            return request
        }
    }

    /// What names the page after this one, the `number`-th; nil at the end. Where nothing names pages they are numbered,
    /// until one is empty.
    package func page(after answer: ProviderAnswer, number: Int) -> [String: String]? {
        guard next != nil, !answer.rows.isEmpty else { return nil }
        guard rows.more != nil else { return [Name.page.rawValue: String(number + 1)] }
        return answer.more.flatMap { $0.isEmpty ? nil : [Name.more.rawValue: $0] }
    }
}

extension KeyMaking.OwnPart {
    /// The id that stands in the part's bytes; nil where there is none.
    package func key(in bytes: Span<UInt8>) -> String? {
        let start = Array(after.utf8)
        guard bytes.count > start.count, start.indices.allSatisfy({ bytes[$0] == start[$0] }) else { return nil }
        let end = Array(before.utf8)
        var text = ""
        for position in start.count..<bytes.count {
            if !end.isEmpty, position + end.count <= bytes.count,
                end.indices.allSatisfy({ bytes[position + $0] == end[$0] })
            {
                return KeyMaking.keyID(text)
            }
            // What is no id is not copied further: it may be the secret.
            guard text.utf8.count < 128 else { return nil }
            text.unicodeScalars.append(Unicode.Scalar(bytes[position]))
        }
        return end.isEmpty ? KeyMaking.keyID(text) : nil
    }
}
