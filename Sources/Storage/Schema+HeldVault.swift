// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// How held values are kept.
    static let heldVault: [String] = []
}
