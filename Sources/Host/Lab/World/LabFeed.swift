import Exchange
import Market

/// The exchange's feed; every trade that passes is told to the recorder.
struct LabFeed: MarketFeed {
  let exchange: SimulatedExchange
  let recorder: LabRecorder

  func poll(after cursor: FeedCursor) async throws -> FeedBatch {
    let batch = try await exchange.poll(after: cursor)
    if !batch.trades.isEmpty { recorder.traded(batch.trades, lots: batch.lots) }
    return batch
  }

  func waitForNews(after cursor: FeedCursor) async throws {
    try await exchange.waitForNews(after: cursor)
  }
}
