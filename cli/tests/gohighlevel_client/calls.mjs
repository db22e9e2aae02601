// Makes every call of the official GoHighLevel client that kinfold answers, and checks every
// answer. KINFOLD names the program; a service of its own is started and stopped here.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { HighLevel } from '@gohighlevel/api-client';

const program = process.env.KINFOLD;
if (!program) {
  console.error('KINFOLD must name the program');
  process.exit(2);
}

const locationId = 've9EPM428h8vShlRW1KT';
const nobody = '0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f';

const folder = await mkdtemp(join(tmpdir(), 'kinfold-client-'));
const config = join(folder, 'serve.json');
await writeFile(
  config,
  JSON.stringify({
    keys: [
      { key: 'pit-writes', org: 'acme', location: locationId },
      { key: 'pit-reads', org: 'acme', location: locationId, read_only: true },
      { key: 'pit-all', org: 'acme', location: '*' },
      {
        key: 'pit-seldom',
        org: 'acme',
        location: locationId,
        rate: { requests: 1, interval_milliseconds: 1000 },
      },
    ],
    locations: [{ org: 'acme', location: 'lenient', allow_duplicates: true }],
  }),
);

const service = spawn(
  program,
  ['--store', join(folder, 'store'), '--json', 'serve', '--listen', '127.0.0.1:0', '--config', config, '--no-access-log'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const ended = once(service, 'exit');
// Whatever becomes of this process.
process.on('exit', () => service.kill());
setTimeout(() => {
  console.error('it took longer than two minutes');
  process.exit(1);
}, 120_000).unref();

let done = 0;

/** One call: its name is printed if it goes wrong. */
async function call(name, made, check) {
  try {
    const answer = await made;
    check?.(answer);
    done += 1;
    return answer;
  } catch (error) {
    console.error(`${name} went wrong`);
    throw error;
  }
}

/** A call that must be refused with a status. */
async function refused(name, made, status, check) {
  await call(
    name,
    made.then(
      () => assert.fail('it was not refused'),
      (error) => error,
    ),
    (error) => {
      assert.equal(error.statusCode, status, error.message);
      check?.(error);
    },
  );
}

function client(token, more = {}) {
  return new HighLevel({ privateIntegrationToken: token, logLevel: 'none', ...more });
}

async function contacts(ghl) {
  const { contacts } = ghl;
  const { contact: made } = await call(
    'createContact',
    contacts.createContact({
      locationId,
      firstName: 'Rosan',
      lastName: 'Deo',
      email: 'rosan@deos.com',
      phone: '+1 888-888-8888',
      country: 'US',
      dateOfBirth: '1990-09-25',
      dnd: true,
      dndSettings: { SMS: { status: 'active', message: 'string', code: 'string' } },
      tags: ['nisi sint commodo amet'],
      source: 'public api',
    }),
    ({ contact }) => {
      assert.equal(contact.locationId, locationId);
      assert.equal(contact.phone, '+18888888888');
      assert.equal(contact.fullNameLowerCase, 'rosan deo');
      assert.equal(contact.birthMonth, 8);
      assert.deepEqual(contact.offers, []);
      assert.deepEqual(contact.dndSettings, {
        SMS: { status: 'active', message: 'string', code: 'string' },
      });
    },
  );
  const contactId = made.id;
  await refused(
    'createContact twice',
    contacts.createContact({ locationId, email: 'rosan@deos.com' }),
    400,
    (error) => assert.equal(error.response.meta.contactId, contactId),
  );
  await refused('createContact without identifiers', contacts.createContact({ locationId }), 422);
  await call('getContact', contacts.getContact({ contactId }), ({ contact }) => {
    assert.equal(contact.name, 'Rosan Deo');
    assert.equal(contact.dateOfBirth, '1990-09-25T00:00:00.000Z');
  });
  await call(
    'updateContact',
    contacts.updateContact({ contactId }, { city: 'Dolomite', tags: ['lead', 'vip'] }),
    ({ succeded, contact }) => {
      assert.equal(succeded, true);
      assert.equal(contact.city, 'Dolomite');
      assert.deepEqual(contact.tags, ['lead', 'vip']);
    },
  );
  await call(
    'upsertContact',
    contacts.upsertContact({ locationId, email: 'ROSAN@deos.com', companyName: 'DGS VolMAX' }),
    (answer) => {
      assert.equal(answer.new, false);
      assert.equal(answer.contact.id, contactId);
      assert.equal(answer.contact.companyName, 'DGS VolMAX');
      assert.ok(answer.traceId);
    },
  );
  const second = await call(
    'upsertContact anew',
    contacts.upsertContact({ locationId, email: 'ana@example.com', firstName: 'Ana' }),
    (answer) => assert.equal(answer.new, true),
  );
  await call(
    'getDuplicateContact',
    contacts.getDuplicateContact({ locationId, number: '+18888888888' }),
    ({ contact }) => assert.equal(contact.id, contactId),
  );
  await call(
    'getDuplicateContact of nobody',
    contacts.getDuplicateContact({ locationId, email: 'nobody@example.com' }),
    ({ contact }) => assert.equal(contact, null),
  );
  await call(
    'searchContactsAdvanced',
    contacts.searchContactsAdvanced({
      locationId,
      page: 1,
      pageLimit: 10,
      filters: [{ field: 'tags', operator: 'eq', value: 'vip' }],
      sort: [{ field: 'dateAdded', direction: 'desc' }],
    }),
    (answer) => {
      assert.equal(answer.total, 1);
      assert.equal(answer.contacts[0].id, contactId);
    },
  );
  const first = await call('getContacts', contacts.getContacts({ locationId, limit: 1 }), (answer) => {
    assert.equal(answer.count, 2);
    assert.equal(answer.meta.total, 2);
    assert.equal(answer.meta.startAfterId, contactId);
    assert.equal(answer.meta.nextPage, 2);
    assert.ok(answer.meta.nextPageUrl.startsWith(HighLevel.BASE_URL));
  });
  const { startAfterId, startAfter } = first.meta;
  await call(
    'getContacts further',
    contacts.getContacts({ locationId, limit: 1, startAfterId, startAfter }),
    (answer) => {
      assert.equal(answer.contacts[0].id, second.contact.id);
      assert.equal(answer.meta.nextPageUrl, null);
    },
  );
  await call('getContacts by name', contacts.getContacts({ locationId, query: 'ana' }), (answer) =>
    assert.equal(answer.count, 1),
  );
  return { contactId, otherId: second.contact.id };
}

async function tags({ contacts }, { contactId, otherId }) {
  await call('addTags', contacts.addTags({ contactId }, { tags: ['new'] }), (answer) =>
    assert.deepEqual(answer, { tags: ['lead', 'vip', 'new'] }),
  );
  await call('removeTags', contacts.removeTags({ contactId }, { tags: ['VIP'] }), (answer) =>
    assert.deepEqual(answer, { tags: ['lead', 'new'] }),
  );
  await call(
    'createAssociation add',
    contacts.createAssociation(
      { type: 'add' },
      { contacts: [contactId, otherId, nobody], tags: ['bulk'], locationId },
    ),
    (answer) => {
      assert.equal(answer.succeded, false);
      assert.equal(answer.errorCount, 1);
      assert.equal(answer.responses.length, 3);
    },
  );
  await call(
    'createAssociation remove',
    contacts.createAssociation(
      { type: 'remove' },
      { contacts: [contactId, otherId], tags: ['bulk'], locationId },
    ),
    (answer) => assert.equal(answer.succeded, true),
  );
}

async function notes({ contacts }, { contactId }) {
  const { note } = await call(
    'createNote',
    contacts.createNote({ contactId }, { userId: 'maria', body: 'Call back', title: 'Calls', pinned: true }),
    ({ note }) => {
      assert.equal(note.contactId, contactId);
      assert.equal(note.pinned, true);
    },
  );
  const { id } = note;
  await call('getAllNotes', contacts.getAllNotes({ contactId }), (answer) =>
    assert.deepEqual(answer.notes, [note]),
  );
  await call('getNote', contacts.getNote({ contactId, id }), (answer) =>
    assert.deepEqual(answer.note, note),
  );
  await call('updateNote', contacts.updateNote({ contactId, id }, { body: 'Called' }), (answer) => {
    assert.equal(answer.note.body, 'Called');
    assert.equal(answer.note.title, 'Calls');
  });
  await call('deleteNote', contacts.deleteNote({ contactId, id }), (answer) =>
    assert.equal(answer.succeded, true),
  );
  await refused('getNote of none', contacts.getNote({ contactId, id }), 404);
}

async function tasks({ contacts }, { contactId }) {
  const { task } = await call(
    'createTask',
    contacts.createTask(
      { contactId },
      { title: 'Send it', body: 'by post', dueDate: '2030-10-25T11:00:00Z', completed: false },
    ),
    ({ task }) => assert.equal(task.dueDate, '2030-10-25T11:00:00.000Z'),
  );
  const taskId = task.id;
  await call('getAllTasks', contacts.getAllTasks({ contactId }), (answer) =>
    assert.deepEqual(answer.tasks, [task]),
  );
  await call('getTask', contacts.getTask({ contactId, taskId }), (answer) =>
    assert.deepEqual(answer.task, task),
  );
  await call(
    'updateTask',
    contacts.updateTask({ contactId, taskId }, { assignedTo: 'maria' }),
    (answer) => assert.equal(answer.task.assignedTo, 'maria'),
  );
  await call(
    'updateTaskCompleted',
    contacts.updateTaskCompleted({ contactId, taskId }, { completed: true }),
    (answer) => assert.equal(answer.task.completed, true),
  );
  await call('deleteTask', contacts.deleteTask({ contactId, taskId }), (answer) =>
    assert.equal(answer.succeded, true),
  );
}

async function followersAndBusiness({ contacts }, { contactId, otherId }) {
  await call(
    'addFollowersContact',
    contacts.addFollowersContact({ contactId }, { followers: ['maria', 'joe'] }),
    (answer) =>
      assert.deepEqual(answer, { followers: ['maria', 'joe'], followersAdded: ['maria', 'joe'] }),
  );
  await call(
    'removeFollowersContact',
    contacts.removeFollowersContact({ contactId }, { followers: ['maria'] }),
    (answer) => assert.deepEqual(answer, { followers: ['joe'], followersRemoved: ['maria'] }),
  );
  const businessId = '641c094001436dbc2081e642';
  const ids = [contactId, otherId];
  await call(
    'addRemoveContactFromBusiness',
    contacts.addRemoveContactFromBusiness({ locationId, ids, businessId }),
    (answer) => assert.deepEqual(answer, { success: true, ids }),
  );
  await call(
    'getContactsByBusinessId',
    contacts.getContactsByBusinessId({ businessId, locationId, limit: '10', skip: '1' }),
    (answer) => {
      assert.equal(answer.count, 2);
      assert.deepEqual(
        answer.contacts.map((contact) => contact.id),
        [otherId],
      );
    },
  );
  await call(
    'addRemoveContactFromBusiness out of it',
    contacts.addRemoveContactFromBusiness({ locationId, ids: [otherId], businessId: null }),
  );
}

async function customFields(ghl, { contactId }) {
  const { locations, contacts } = ghl;
  const types = {
    TEXT: 'My Text',
    LARGE_TEXT: 'My\nText',
    SINGLE_OPTIONS: 'gold',
    RADIO: 'gold',
    NUMERICAL: 100,
    MONETORY: 100.5,
    CHECKBOX: ['gold', 'silver'],
    MULTIPLE_OPTIONS: ['gold'],
    FILE_UPLOAD: { 'a-file': { url: 'https://example.com/a' } },
    DATE: '2030-01-02',
    PHONE: '+14155550101',
    EMAIL: 'ana@example.com',
  };
  const values = [];
  for (const [dataType, value] of Object.entries(types)) {
    const body = { name: `A ${dataType} field`, dataType, placeholder: 'here', model: 'contact' };
    if (/OPTIONS|RADIO|CHECKBOX/.test(dataType)) {
      body.textBoxListOptions = [{ label: 'gold' }, { label: 'silver' }];
    }
    const { customField } = await call(
      `createCustomField ${dataType}`,
      locations.createCustomField({ locationId }, body),
      ({ customField }) => {
        assert.equal(customField.dataType, dataType);
        assert.equal(customField.fieldKey, `contact.a_${dataType.toLowerCase()}_field`);
        assert.equal(customField.locationId, locationId);
      },
    );
    values.push({ id: customField.id, field_value: value });
  }
  await call('getCustomFields', locations.getCustomFields({ locationId, model: 'contact' }), (answer) =>
    assert.equal(answer.customFields.length, values.length),
  );
  await call(
    'updateContact with custom fields',
    contacts.updateContact({ contactId }, { customFields: values }),
    ({ contact }) =>
      assert.deepEqual(
        contact.customFields,
        values.map(({ id, field_value }) => ({ id, value: field_value })),
      ),
  );
  await refused(
    'updateContact with an unknown custom field',
    contacts.updateContact({ contactId }, { customFields: [{ id: nobody, field_value: 'x' }] }),
    422,
    (error) => assert.ok(Array.isArray(error.response.message)),
  );
  const { id } = values[0];
  await call('getCustomField', locations.getCustomField({ locationId, id }), (answer) =>
    assert.equal(answer.customField.name, 'A TEXT field'),
  );
  await call(
    'updateCustomField',
    locations.updateCustomField({ locationId, id }, { name: 'Renamed', position: 4 }),
    ({ customField }) => {
      assert.equal(customField.name, 'Renamed');
      assert.equal(customField.position, 4);
    },
  );
  await call('deleteCustomField', locations.deleteCustomField({ locationId, id }), (answer) =>
    assert.equal(answer.succeded, true),
  );
}

async function whatIsNotKept({ contacts }, { contactId }) {
  const campaign = { contactId, campaignId: 'c-1' };
  const workflow = { contactId, workflowId: 'w-1' };
  const calls = {
    getAppointmentsForContact: () => contacts.getAppointmentsForContact({ contactId }),
    addContactToCampaign: () => contacts.addContactToCampaign(campaign, {}),
    removeContactFromCampaign: () => contacts.removeContactFromCampaign(campaign),
    removeContactFromEveryCampaign: () => contacts.removeContactFromEveryCampaign({ contactId }),
    addContactToWorkflow: () => contacts.addContactToWorkflow(workflow, {}),
    deleteContactFromWorkflow: () => contacts.deleteContactFromWorkflow(workflow, {}),
  };
  for (const [name, make] of Object.entries(calls)) {
    await refused(name, make(), 501);
  }
}

async function tokens({ contactId }) {
  const reads = client('pit-reads');
  await call('getContact with a token that reads', reads.contacts.getContact({ contactId }));
  await refused('deleteContact with it', reads.contacts.deleteContact({ contactId }), 401);
  const unknown = client('pit-unknown');
  await refused('getContact with no token', unknown.contacts.getContact({ contactId }), 401);
  const all = client('pit-all');
  await call('getContact with a token for all', all.contacts.getContact({ contactId }));
  const elsewhere = { headers: { 'Location-Id': 'elsewhere' } };
  await refused(
    'getContact of another location',
    all.contacts.getContact({ contactId }, elsewhere),
    404,
  );
  const lenient = { locationId: 'lenient', email: 'twice@example.com' };
  await call('createContact once', all.contacts.createContact(lenient));
  await call('createContact twice where that may be', all.contacts.createContact(lenient));
  await call(
    'upsertContact that asks for a new one',
    all.contacts.upsertContact({ ...lenient, createNewIfDuplicateAllowed: true }),
    (answer) => assert.equal(answer.new, true),
  );
  const seldom = client('pit-seldom');
  await call('getContact within the rate', seldom.contacts.getContact({ contactId }));
  await refused(
    'getContact beyond the rate',
    seldom.contacts.getContact({ contactId }),
    429,
    (error) => assert.ok(error.rateLimit),
  );
  // The client's own patience, which reads the rate's headers.
  const patient = client('pit-seldom', { rateLimitRetry: true });
  await call('getContact again and again', patient.contacts.getContact({ contactId }));
}

try {
  const lines = createInterface({ input: service.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    ended.then(() => assert.fail('the service did not start')),
  ]);
  HighLevel.BASE_URL = JSON.parse(line).listening;

  const ghl = client('pit-writes');
  const people = await contacts(ghl);
  await tags(ghl, people);
  await notes(ghl, people);
  await tasks(ghl, people);
  await followersAndBusiness(ghl, people);
  await customFields(ghl, people);
  await whatIsNotKept(ghl, people);
  await tokens(people);
  await call('deleteContact', ghl.contacts.deleteContact({ contactId: people.contactId }), (answer) =>
    assert.equal(answer.succeded, true),
  );
  await refused('getContact of nobody', ghl.contacts.getContact({ contactId: people.contactId }), 404);
  console.log(`${done} calls of the official client were answered as they should be`);
} finally {
  service.kill();
  await ended;
  await rm(folder, { recursive: true, force: true });
}
