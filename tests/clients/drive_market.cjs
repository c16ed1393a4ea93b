// The npm client of the market's protocol, unmodified, rents numbers from us.
// usage: node drive_market.cjs URL KEY

const assert = require('node:assert/strict')
const SMSActivate = require('sms-activate')

const [url, key] = process.argv.slice(2)
const SERVICE = 'tg'
const EMPTY = 'zz'
const COUNTRY = 187
const WAIT_MS = 40_000

function connect (token = key) {
  const client = new SMSActivate(token)
  client.session.defaults.baseURL = `${url}/stubs/handler_api.php`
  return client
}

const client = connect()
let failed = 0
let passed = 0

async function step (name, action) {
  try {
    const note = await action()
    passed += 1
    console.log(`PASS ${name} ${note ?? ''}`)
  } catch (error) {
    failed += 1
    console.log(`FAIL ${name}: ${error.name}: ${error.message}`.replaceAll('\n', ' '))
  }
}

async function codeOf (id, number) {
  const sent = await fetch(`${url}/api/v1/sandbox/sms?to=${number}`, { method: 'POST' })
  assert.ok(sent.ok, `no text was sent: ${sent.status}`)
  const deadline = Date.now() + WAIT_MS
  while (Date.now() < deadline) {
    const code = await client.getCode(id)
    if (code) return code
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error('no code came')
}

const refused = async (name, action) => assert.rejects(action, error => error.name === name)

async function drive () {
  await step('balance', async () => assert.ok(await client.getBalance() > 0))
  await step('rent_and_read_its_code', async () => {
    const { id, number } = await client.getNumber(SERVICE, COUNTRY)
    assert.equal(await client.getStatus(id), 'STATUS_WAIT_CODE')
    assert.equal(await client.setStatus(id, 1), 'ACCESS_READY')
    const code = await codeOf(id, number)
    assert.equal(await client.setStatus(id, 6), 'ACCESS_ACTIVATION')
    return code
  })
  await step('give_one_back', async () => {
    const { id } = await client.getNumber(SERVICE, COUNTRY)
    assert.equal(await client.setStatus(id, 8), 'ACCESS_CANCEL')
    assert.equal(await client.getStatus(id), 'STATUS_CANCEL')
  })
  await step('refusals', async () => {
    await refused('NoFreeNumbers', () => client.getNumber(EMPTY, COUNTRY))
    await refused('BadService', () => client.getNumber('no-such', COUNTRY))
    await refused('InvalidActivation', () => client.getStatus(999999999))
    await refused('InvalidAPIKey', () => connect('wrong').getBalance())
  })
  console.log(`sms-activate (npm): ${passed} passed, ${failed} failed`)
  process.exit(failed)
}

drive()
