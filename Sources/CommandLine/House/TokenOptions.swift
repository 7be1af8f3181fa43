// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// How tokens are signed.
package struct TokenOptions: Sendable, Equatable {
    /// The issuer that they name; nil for the data address.
    package var issuer: String?
    package var algorithm: TokenAlgorithm

    /// Options of tokens.
    package init(issuer: String? = nil, algorithm: TokenAlgorithm = .es256) {
        self.issuer = issuer
        self.algorithm = algorithm
    }
}
