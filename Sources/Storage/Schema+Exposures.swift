// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Who saw a value.
    static let exposures: [String] = []
}
