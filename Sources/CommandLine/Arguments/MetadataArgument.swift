// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// A JSON object: `{"team": "shipping"}`.
struct MetadataArgument: ExpressibleByArgument {
    let json: JSON

    init?(argument: String) {
        guard let json = try? JSON.parse(argument), json.asObject != nil else { return nil }
        self.json = json
    }
}
