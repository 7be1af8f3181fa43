// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// The rules by which machines sign in with an identity they have, and the identities used up.
    static let signIn: [String] = []
}
