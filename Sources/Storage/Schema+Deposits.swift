// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Keys that are handed in sealed.
    static let deposits: [String] = []
}
