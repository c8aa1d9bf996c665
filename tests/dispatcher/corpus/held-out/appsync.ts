import type { LabelledAnswer } from '../labelled-answer.ts';

export const appsync: readonly LabelledAnswer[] = [
  {
    source: 'docs.aws.amazon.com/appsync BatchPutItem tutorial: throughput exceeded (find_string)',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"data":{"batchAddTodos":null},"errors":[{"path":["batchAddTodos"],"data":null,"errorType":"DynamoDB:ProvisionedThroughputExceededException","errorInfo":{"todos":[{"sensorId":"1"}]},"locations":[{"line":2,"column":3,"sourceName":null}],"message":"The level of configured provisioned throughput for the table was exceeded."}]}',
    field: 'batchAddTodos',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'docs.aws.amazon.com/appsync: DynamoDB:ValidationException (find_string)',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"data":{"putTodo":null},"errors":[{"path":["putTodo"],"data":null,"errorType":"DynamoDB:ValidationException","errorInfo":null,"locations":[{"line":2,"column":3,"sourceName":null}],"message":"Value provided in ExpressionAttributeValues unused in expressions"}]}',
    field: 'putTodo',
    expected: 'refused',
  },
  {
    source: 'aws-amplify/amplify-js#13068: 429; reconstructed body',
    status: 429,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"errorType":"TooManyRequestsException","message":"Rate exceeded"}]}',
    field: 'putTodo',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'find_string ConflictUnhandled: conflict detection rejects',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"data":{"putTodo":null},"errors":[{"path":["putTodo"],"data":null,"errorType":"ConflictUnhandled","errorInfo":null,"locations":[{"line":2,"column":3,"sourceName":null}],"message":"Conflict resolver rejects mutation."}]}',
    field: 'putTodo',
    expected: 'refused',
  },
];
