import Isolation
@_spi(Host) import PluginAPI
import Wire

/// What waits to be sent to the host, bounded where runs could fill it without end.
struct Outbox {
  /// Tellings that may wait; further ones are dropped and counted.
  static let tellingLimit = 2_000
  /// The longest text of one telling that is kept, in bytes.
  static let textLimit = 16 << 10

  private var frames = ByteWriter()
  private var ended: [EndedRun] = []
  private var told: [ToldBatch.Item] = []
  private var dropped = 0
  /// When the content must be on its way; `never` when there is none.
  private(set) var due = MonotonicInstant.never

  /// The due time of what must not wait.
  static let atOnce = MonotonicInstant(nanoseconds: 0)

  /// Adds an end, which may wait for company until `due`.
  mutating func add(_ run: EndedRun, due: MonotonicInstant = Self.atOnce) {
    ended.append(run)
    self.due = min(self.due, due)
  }

  mutating func add(_ telling: Telling, from run: UInt64) {
    due = Self.atOnce
    guard told.count < Self.tellingLimit else {
      dropped += 1
      return
    }
    told.append(ToldBatch.Item(run: run, content: telling.shortened(toBytes: Self.textLimit)))
  }

  /// Adds a message.
  ///
  /// - Returns: Whether it fits a frame; a longer one is dropped.
  @discardableResult mutating func add(_ message: WorkerMessage) -> Bool {
    due = Self.atOnce
    settle()
    return write(message)
  }

  /// All frames in the order in which their content was added.
  mutating func take() -> [UInt8] {
    due = .never
    settle()
    return frames.take()
  }

  /// Writes what is batched; tellings first, for a run's must come before its end.
  private mutating func settle() {
    if !told.isEmpty || dropped > 0 {
      // A batch that does not fit a frame is dropped as a whole.
      let fits = write(.told(ToldBatch(items: told, dropped: dropped)))
      dropped = fits ? 0 : dropped + told.count
      told.removeAll(keepingCapacity: true)
    }
    guard !ended.isEmpty else { return }
    write(.ended(ended))
    ended.removeAll(keepingCapacity: true)
  }

  @discardableResult private mutating func write(_ message: WorkerMessage) -> Bool {
    do throws(WireError) {
      try message.write(to: &frames)
      return true
    } catch {
      return false
    }
  }
}

extension Telling {
  /// The same with its texts cut to `limit` bytes each.
  fileprivate func shortened(toBytes limit: Int) -> Telling {
    switch self {
    case .log(let level, let text, let fields):
      .log(level, text.shortened(toBytes: limit), fields: Self.cut(fields, limit))
    case .event(let name, let fields):
      .event(name: name.shortened(toBytes: limit), fields: Self.cut(fields, limit))
    case .metric: self
    @unknown default: self
    }
  }

  private static func cut(_ fields: [String: String], _ limit: Int) -> [String: String] {
    guard fields.values.contains(where: { $0.utf8.count > limit }) else { return fields }
    return fields.mapValues { $0.shortened(toBytes: limit) }
  }
}
