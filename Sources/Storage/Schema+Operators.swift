// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Who signs in.
    static let operators: [String] = []
}
