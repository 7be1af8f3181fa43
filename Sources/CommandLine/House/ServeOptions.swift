// SPDX-License-Identifier: Apache-2.0
package import Access

/// What `bitting serve` was asked for.
package struct ServeOptions: Sendable, Equatable {
    /// The directory that `init` made, as it was given.
    package let dataDirectory: String
    /// Where verify, authorize and lend listen.
    package let dataAddress: ListenAddress
    /// The Unix socket where they listen too; nil for none.
    package let dataSocket: String?
    /// Where everything else listens.
    package let controlAddress: ListenAddress
    /// Where events, keys and credentials are stored.
    package let database: Database
    /// Where the master key comes from, as `MasterKeySource` reads it; nil for its place in the data directory.
    package let masterKey: String?
    /// Event loops of the data plane; nil for one a core.
    package let dataThreads: Int?
    /// The peers whose forwarded headers are believed.
    package let trustedPeers: [AddressRange]
    /// How many bad keys one address may show in a minute; nil for any number.
    package let badKeysPerMinute: Int?
    /// How often the trail is signed, and where copies of the checkpoints go.
    package let checkpoints: CheckpointOptions
    /// How tokens are signed.
    package let tokens: TokenOptions
    /// Addresses that are not public at which issuers may be asked for their keys.
    package let issuersAllowedPrivate: [AddressRange]
    /// Addresses that are not public at which webhooks may be told nevertheless.
    package let webhooksAllowedPrivate: [AddressRange]
    /// Where those who are invited to hand in a key find the page; nil for the address by which an operator calls.
    package let depositPage: String?
    /// The forward proxy; nil for none.
    package let proxy: ProxyOptions?

    /// The file in which lent calls are told of, `-` for standard output; nil for none.
    package let lendLog: String?

    /// A request to serve.
    package init(
        dataDirectory: String, dataAddress: ListenAddress, dataSocket: String? = nil, controlAddress: ListenAddress,
        database: Database = .sqlite,
        masterKey: String? = nil, dataThreads: Int? = nil, trustedPeers: [AddressRange],
        badKeysPerMinute: Int? = 120,
        checkpoints: CheckpointOptions = CheckpointOptions(), tokens: TokenOptions = TokenOptions(),
        issuersAllowedPrivate: [AddressRange] = [],
        webhooksAllowedPrivate: [AddressRange] = [], proxy: ProxyOptions? = nil, depositPage: String? = nil,
        lendLog: String? = nil
    ) {
        self.dataDirectory = dataDirectory
        self.dataAddress = dataAddress
        self.dataSocket = dataSocket
        self.controlAddress = controlAddress
        self.database = database
        self.masterKey = masterKey
        self.dataThreads = dataThreads
        self.trustedPeers = trustedPeers
        self.badKeysPerMinute = badKeysPerMinute
        self.checkpoints = checkpoints
        self.tokens = tokens
        self.issuersAllowedPrivate = issuersAllowedPrivate
        self.webhooksAllowedPrivate = webhooksAllowedPrivate
        self.depositPage = depositPage
        self.proxy = proxy
        self.lendLog = lendLog
    }
}
