// SPDX-License-Identifier: Apache-2.0
package import Access

/// One lent call, as it is counted once it has ended.
package struct LendUse: Sendable {
    package let loan: Loan
    /// The place of the rule that allowed it, among those of the integration.
    package let rule: Int
    /// The caller's own key.
    package let key: KeyID
    /// Where it called from; nil when that is not known.
    package let address: IPAddress?

    /// A call through a whole loan.
    package init(loan: Loan, rule: Int, key: KeyID, address: IPAddress?) {
        self.loan = loan
        self.rule = rule
        self.key = key
        self.address = address
    }

    /// The same call where another version of the credential was carried in the end; as it was where the loan's rules
    /// are others by now, so that the rule keeps its place.
    package func carrying(_ other: Loan) -> LendUse {
        guard other !== loan, other.integration.id == loan.integration.id,
            other.integration.allow == loan.integration.allow
        else { return self }
        return LendUse(loan: other, rule: rule, key: key, address: address)
    }
}

/// How a lent call ended, as far as counts tell it.
package enum LendOutcome: String, Sendable, CaseIterable {
    case informational = "1xx"
    case success = "2xx"
    case redirection = "3xx"
    case clientError = "4xx"
    case serverError = "5xx"
    /// The provider gave no answer, or not the whole of one.
    case failed

    /// Of the provider's status; nil for none.
    package init(status: Int?) {
        switch status ?? 0 {
        case 100..<200: self = .informational
        case 200..<300: self = .success
        case 300..<400: self = .redirection
        case 400..<500: self = .clientError
        case 500..<600: self = .serverError
        default: self = .failed
        }
    }

    /// Whether nothing came of the call.
    package var isError: Bool {
        switch self {
        case .informational, .success, .redirection: false
        case .clientError, .serverError, .failed: true
        }
    }
}
