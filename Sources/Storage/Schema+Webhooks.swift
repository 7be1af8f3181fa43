// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Who is told of events, and what is still to be told.
    static let webhooks: [String] = []
}
