import { parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { testsByFeature } from './validate/tests.js';

/** features.yaml with every `tests` list made true: the test files that name the ID. The rest of the text stays. */
export function fillTests(text: string, tests: Readonly<Record<string, string>>): string {
  const naming = testsByFeature(tests);
  const document = parseDocument(text);
  for (const item of (document.get('features') as YAMLSeq<YAMLMap>).items) {
    const list = document.createNode(naming.get(String(item.get('id'))) ?? []);
    list.flow = list.items.length === 0;
    item.set('tests', list);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
