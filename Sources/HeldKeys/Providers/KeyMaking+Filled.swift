// SPDX-License-Identifier: Apache-2.0
internal import Access

extension KeyMaking {
    static let keyName = "key"
    var nextPage: Request? { nil }
    package static func keyID(_ text: String) -> String? { text }
}
extension KeyMaking.Request {
    func call(settings: [CredentialSetting], names: [String: String]) -> ProviderCall? { nil }
}
