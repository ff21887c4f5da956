import PluginAPI

/// What a bundle changed, as it was before.
struct StateUndo: Sendable {
  enum Step: Sendable {
    case wallet(Int, WalletRow)
    case account(Int, AccountRow)
    case name(AccountID, Int?)
    case addedRow
    case reusedRow(Int)
    case freedRow
    case markets(MarketRow, retired: [MarketRow])
  }

  var steps: [Step] = []
  var isOn = false
  /// Counts bundles, so that a row is saved once for each.
  var bundle: UInt64 = 0
  var heap = EventHeap().mark
  var outside = OutsideRow()
  var sinks = Sinks()
  var news = 0
}

extension ExchangeState {
  /// From here on all changes can be undone, until `keep` or `takeBack`.
  mutating func begin() {
    heap.compact()
    undo.steps.removeAll(keepingCapacity: true)
    undo.bundle += 1
    undo.isOn = true
    (undo.heap, undo.outside, undo.sinks) = (heap.mark, outside, sinks)
    undo.news = news.count
    market.engine.beginRecording()
  }

  mutating func keep() {
    undo.isOn = false
    market.engine.keep()
  }

  mutating func takeBack() {
    undo.isOn = false
    // First the steps: they may bring back the market whose book is then undone.
    for step in undo.steps.reversed() { takeBack(step) }
    market.engine.undo()
    heap.restore(undo.heap)
    (outside, sinks) = (undo.outside, undo.sinks)
    news.removeLast(news.count - undo.news)
  }

  private mutating func takeBack(_ step: StateUndo.Step) {
    ownChanges += 1
    switch step {
    case .wallet(let row, let old): wallets[row] = old
    case .account(let row, let old): accounts[row] = old
    case .name(let id, let row): accountRows[id] = row
    case .addedRow: accounts.removeLast()
    case .reusedRow(let row): freeRows.append(row)
    case .freedRow: freeRows.removeLast()
    case .markets(let old, let retired):
      market = old
      self.retired = retired
    }
  }

  /// Changes a wallet; the only way to do so while a bundle is carried out.
  mutating func change(wallet row: Int, _ body: (inout WalletRow) -> Void) {
    ownChanges += 1
    if undo.isOn, wallets[row].savedBefore != undo.bundle {
      undo.steps.append(.wallet(row, wallets[row]))
      wallets[row].savedBefore = undo.bundle
    }
    body(&wallets[row])
  }

  /// Changes an account; the only way to do so while a bundle is carried out.
  mutating func change(account row: Int, _ body: (inout AccountRow) -> Void) {
    ownChanges += 1
    if undo.isOn, accounts[row].savedBefore != undo.bundle {
      undo.steps.append(.account(row, accounts[row]))
      accounts[row].savedBefore = undo.bundle
    }
    body(&accounts[row])
  }

  /// Gives a new account a row and its name.
  mutating func insert(_ account: AccountRow) {
    ownChanges += 1
    if let row = freeRows.popLast() {
      note(.reusedRow(row))
      change(account: row) { $0 = account }
      name(account.id, row)
    } else {
      note(.addedRow)
      accounts.append(account)
      name(account.id, accounts.count - 1)
    }
  }

  /// Takes the name of a closed account away and frees its row.
  mutating func remove(account row: Int) {
    name(accounts[row].id, nil)
    change(account: row) { $0.isOpen = false }
    note(.freedRow)
    freeRows.append(row)
  }

  private mutating func name(_ id: AccountID, _ row: Int?) {
    note(.name(id, accountRows[id]))
    accountRows[id] = row
  }

  mutating func note(_ step: StateUndo.Step) { if undo.isOn { undo.steps.append(step) } }
}
