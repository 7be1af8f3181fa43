// SPDX-License-Identifier: Apache-2.0
internal import Secrets
internal import Wire

extension OAuth {
    /// The key that a client authenticates with: as everywhere, or as OAuth clients write it, as the password of HTTP
    /// Basic with any client id (RFC 6749, section 2.3.1), or as `client_secret` in the form.
    static func clientKey(
        _ form: Form, _ head: borrowing RequestHead, _ bytes: Span<UInt8>
    ) throws(OAuthFault) -> [UInt8]? {
        let inForm = form["client_secret"]
        let inHead: [UInt8]?
        if let password = password(head, bytes) {
            inHead = password
        } else {
            switch KeyInRequest.find(head.fields, bytes) {
            case .absent: inHead = nil
            case .ambiguous: throw OAuthFault(CallerRefusal(problem: .keyAmbiguous))
            case .at(let range): inHead = bytes.copy(Slice(start: range.lowerBound, end: range.upperBound))
            case .decoded(let user): inHead = user
            }
        }
        guard let inHead, let inForm else { return inHead ?? inForm }
        guard inHead == inForm else { throw OAuthFault(CallerRefusal(problem: .keyAmbiguous)) }
        return inHead
    }

    /// The password of HTTP Basic, where it and not the user name is the key.
    private static func password(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> [UInt8]? {
        guard head.fields.count(of: .authorization) == 1, head.fields.count(of: .xAPIKey) == 0,
            let field = head.fields.first(.authorization), field.value.count > 6,
            bytes.startsIgnoringCase(field.value, with: "basic "),
            let pair = Base64.decode(
                bytes, bytes.trimmed(Slice(start: field.value.start + 6, end: field.value.end))),
            let colon = pair.firstIndex(of: 0x3A)
        else { return nil }
        let password = Array(pair[(colon + 1)...])
        let isKey = KeyText.isWellFormed(password.span)
        return isKey && !KeyText.isWellFormed(Array(pair[..<colon]).span) ? password : nil
    }
}
